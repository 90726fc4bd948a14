const markup = Symbol('markup')

/** HTML that was made with `html`, and so has everything from outside escaped. */
export interface Html {
  readonly [markup]: string
}

type Part = string | number | undefined | Html | readonly Html[]

/**
 * Makes HTML from a template: every value in it is escaped, unless `html` made it.
 * @example html`<p>Hello ${name}</p>`
 */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return { [markup]: texts.map((text, index) => text + render(parts[index])).join('') }
}

export function isHtml(value: unknown): value is Html {
  return typeof value === 'object' && value !== null && markup in value
}

/** The text of HTML, to send it. */
export function textOf(content: Html): string {
  return content[markup]
}

function render(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part))
  // The symbol cannot come from JSON, so that no answer of a provider can pass for HTML.
  return markup in part ? part[markup] : part.map(render).join('')
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`)
}

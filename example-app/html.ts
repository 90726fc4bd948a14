const markup = Symbol('markup')

/** HTML that was made with `html`, and so has everything from outside escaped. */
export interface Html { readonly [markup]: string }

type Part = string | number | undefined | Html | readonly Html[]

/**
 * Makes HTML from a template: every value in it is escaped, unless `html` made it.
 * @example html`<p>Hello ${name}</p>`
 */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return { [markup]: texts.map((text, index) => text + render(parts[index])).join('') }
}

/** The text of HTML, to send it. */
export function textOf(content: Html): string {
  return content[markup]
}

/** Lets a text pass as HTML. For what stands in the program itself, never for what came from outside. */
export function trusted(text: string): Html {
  return { [markup]: text }
}

function render(part: Part): string {
  if (part === undefined) return ''
  if (Array.isArray(part)) return part.map(render).join('')
  // The symbol cannot come from JSON, so that no answer of a provider can pass for HTML.
  return typeof part === 'object' ? (part as Html)[markup] : escape(String(part))
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`)
}

import { displayText, escapeHtml } from './html.js'

/** A parameter that a form asks for. */
export interface AskedField {
  name: string
  description: string
  example?: string | undefined
  value?: string | undefined
  /** Whether what was given cannot be used. */
  isWrong?: boolean
}

/** Characters of what somebody typed that are shown again. */
const maxTyped = 300

/** A labelled field for a parameter. */
export function fieldOf({ name, description, example, value = '', isWrong }: AskedField): string {
  const attributes = [
    ...(value === '' ? [] : [`value="${escapeHtml(value.slice(0, maxTyped).toWellFormed())}"`]),
    ...(example === undefined ? [] : [`placeholder="${escapeHtml(example)}"`]),
    ...(isWrong ? ['aria-invalid="true" aria-describedby="problem"'] : []),
  ].join(' ')
  return (
    `<label class="field"><span>${displayText(description, 200)}</span>`
    + `<input name="${escapeHtml(name)}" required autocapitalize="none" autocorrect="off" spellcheck="false" ${attributes}></label>`
  )
}

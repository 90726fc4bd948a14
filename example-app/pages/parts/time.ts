import { html, type Html } from './html.js'

/** A moment as people read it; the machine's form stands beside it. */
export function moment(instant: Date | string): Html {
  const date = new Date(instant)
  return html`<time datetime="${date.toISOString()}">${date.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}</time>`
}

export function day(instant: Date): Html {
  return html`<time datetime="${instant.toISOString()}">${instant.toLocaleDateString('en-GB', { dateStyle: 'medium' })}</time>`
}

import { html, type Html } from './html.js'

export interface Button {
  action: string
  text: string
  /** What a screen reader says, where the same text stands on several buttons. */
  label?: string
  fields?: Record<string, string>
  look?: 'strong' | 'danger'
}

/** One button that sends a form: what changes something is a POST, and needs no script. */
export function button({ action, text, label, fields = {}, look }: Button): Html {
  return html`<form method="post" action="${action}">
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <button class="button${look && ` ${look}`}" ${label === undefined ? undefined : html` aria-label="${label}"`}>${text}</button>
  </form>`
}

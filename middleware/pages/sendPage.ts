import { displayText, hiddenFields, linkUrl } from './html.js'
import { layOutPage, type Page } from './layout.js'

/** What `sendPage` sends. */
export interface SendPageOptions {
  action: string
  fields: Readonly<Record<string, string>>
  /** What the user reads if it takes a while. */
  title: string
}

/**
 * A page that posts fields by itself: to a provider, or, as the answer to a provider's cross-site POST (OAuth 2.0 Form Post Response Mode),
 * once more to us, now from our own origin, so that the browser adds cookies that are `SameSite=Lax`.
 * @param options `action` receives the POST; `fields` are sent as they are; `title` as plain text
 */
export function sendPage({ action, fields, title }: SendPageOptions): Page {
  return layOutPage({
    title,
    hasForm: true,
    // A field may be named "submit" and hide the form's own method. The script runs before the page has loaded, so the browser
    // replaces this page in its history (HTML Standard, "form submission algorithm"): "back" does not send the fields again.
    script: 'HTMLFormElement.prototype.submit.call(document.forms[0])',
    content: [
      '<div class="late">',
      `<h1>${displayText(title)}</h1>`,
      '<p>You will be taken on in a moment. If nothing happens, press Continue.</p>',
      postForm(action, fields, 'Continue'),
      '</div>',
    ].join('\n'),
  })
}

/** A form of hidden fields with one button. */
export function postForm(action: string, fields: Readonly<Record<string, string>>, button: string): string {
  return [
    // No autocomplete: a browser that restores a page would put its old values into hidden fields as well.
    `<form method="post" action="${linkUrl(action)}" autocomplete="off">`,
    hiddenFields(fields),
    `<button class="button strong">${displayText(button)}</button>`,
    '</form>',
  ].join('\n')
}

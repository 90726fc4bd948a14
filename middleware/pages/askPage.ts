import { type AskedField, fieldOf } from './fields.js'
import { displayText, hiddenFields, linkUrl } from './html.js'
import { layOutPage, type Page } from './layout.js'

/** What `askPage` shows. */
export interface AskPageOptions {
  action: string
  heading: string
  text?: string | undefined
  fields: readonly AskedField[]
  carried: Record<string, string>
  cancelUrl: string
}

/**
 * A page with a small form: for a sign-in that needs to know more than the provider, such as which shop.
 * @param options `action` receives the POST, with `carried` beside the fields; `heading` and `text` say what for; values that
 *   were typed before are cut after 300 characters; `cancelUrl` is where the other link leads
 */
export function askPage({ action, heading, text, fields, carried, cancelUrl }: AskPageOptions): Page {
  return layOutPage({
    title: heading,
    hasForm: true,
    content: [
      `<h1 dir="auto">${displayText(heading, 120)}</h1>`,
      ...(text === undefined ? [] : [`<p dir="auto">${displayText(text, 500)}</p>`]),
      ...(fields.some(({ isWrong }) => isWrong) ? [problem] : []),
      `<form method="post" action="${linkUrl(action)}">`,
      hiddenFields(carried),
      ...fields.map(fieldOf),
      '<button class="button strong">Continue</button>',
      '</form>',
      `<div class="actions"><a class="button quiet" href="${linkUrl(cancelUrl)}">Cancel</a></div>`,
    ].join('\n'),
  })
}

const problem = '<p class="problem" id="problem" role="alert">That cannot be used here. Please check what you typed.</p>'

import { displayText, escapeHtml, hiddenFields, linkUrl } from './html.js'
import { layOutPage, type Page } from './layout.js'

/** A parameter that a form asks for. */
export interface AskedField {
  name: string
  description: string
  example?: string | undefined
  value?: string | undefined
  /** Whether what was given cannot be used. */
  isWrong?: boolean
}

/** What `askPage` shows. */
export interface AskPageOptions {
  action: string
  heading: string
  text?: string | undefined
  fields: readonly AskedField[]
  carried: Record<string, string>
  cancelUrl: string
}

/** Characters of what somebody typed that are shown again. */
const maxTyped = 300

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

function fieldOf({ name, description, example, value = '', isWrong }: AskedField): string {
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

import { linkUrl } from './html.js'
import { layOutPage, type Page } from './layout.js'

/**
 * The page after a sign-in that a form had to wait for: it was not sent, and nobody but the user can send it again.
 * @param options `url` leads to the page with the form, if `isForm`, or else to where users go on
 */
export function notSentPage({ url, isForm }: { url: string; isForm: boolean }): Page {
  const heading = 'Sign-in confirmed'
  return layOutPage({
    title: heading,
    content: [
      `<h1>${heading}</h1>`,
      '<p>Your form was not sent. Go back and send it again.</p>',
      `<div class="actions"><a class="button strong" href="${linkUrl(url)}">${isForm ? 'Back to the form' : 'Continue'}</a></div>`,
    ].join('\n'),
  })
}

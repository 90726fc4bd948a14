import { type AskedField, fieldOf } from './fields.js'
import { displayText, hiddenFields, linkUrl } from './html.js'
import { layOutPage, type Page } from './layout.js'
import { monogram, providerMark } from './mark.js'
import { postForm } from './sendPage.js'

export type { Page }

/** A provider as a button shows it: `url` starts its login, `color` is `#rrggbb`, `icon` is SVG text from the configuration. */
export interface ProviderButton {
  slug: string
  title: string
  url: string
  color?: string | undefined
  icon?: string | undefined
  /** What users choose before they go there. */
  fields?: readonly AskedField[] | undefined
}

/** What `signInPage` shows. */
export interface SignInPageOptions {
  title?: string | undefined
  providers: readonly ProviderButton[]
  user?: { name: string } | undefined
  returnTo?: string | undefined
}

/**
 * The page of `GET /auth`: a link for each provider, or a form where a user has to choose something first.
 * @param options `title` of the page, default "Sign in"; `providers` in the order shown; `user` who is signed in already;
 *   `returnTo`, already checked, is added to every provider's `url` as a query parameter
 */
export function signInPage({ title = 'Sign in', providers, user, returnTo }: SignInPageOptions): Page {
  const hint =
    providers.length === 0
      ? 'There is no way to sign in here at the moment. Please come back later.'
      : user === undefined
        ? 'Choose an account to continue.'
        : 'You can continue with another account.'
  const buttons = providers.map((provider) => `<li>${providerButton(provider, returnTo)}</li>`)
  return layOutPage({
    title,
    hasForm: providers.some(({ fields }) => fields),
    content: [
      `<h1 dir="auto">${displayText(title)}</h1>`,
      `<p>${hint}</p>`,
      ...(user === undefined ? [] : [accountLine(user.name)]),
      // Safari stops announcing a list whose bullets are hidden, unless it has the role in so many words.
      ...(buttons.length === 0 ? [] : ['<ul role="list">', ...buttons, '</ul>']),
    ].join('\n'),
  })
}

function providerButton(provider: ProviderButton, returnTo: string | undefined): string {
  const title = provider.title.trim() || provider.slug
  const inside = `${providerMark({ ...provider, title })}<span class="label">Continue with <b><bdi>${displayText(title)}</bdi></b></span>${chevron}`
  if (provider.fields) {
    return [
      `<form class="asking" action="${linkUrl(provider.url)}">`,
      hiddenFields(returnTo === undefined ? {} : { returnTo: returnTo.toWellFormed() }),
      ...provider.fields.map(fieldOf),
      `<button class="button provider">${inside}</button>`,
      '</form>',
    ].join('\n')
  }
  const url = returnTo === undefined ? provider.url : withParameter(provider.url, 'returnTo', returnTo)
  return `<a class="button provider" href="${linkUrl(url)}">${inside}</a>`
}

const chevron =
  '<svg class="chevron" viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor"'
  + ' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"><path d="M6 3.5 10.5 8 6 12.5"/></svg>'

function withParameter(url: string, name: string, value: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value.toWellFormed())}`
}

function accountLine(name: string): string {
  return (
    '<p class="account"><span class="mark round" aria-hidden="true">'
    + `<span class="symbol">${monogram(name)}</span></span><span>Signed in as <b><bdi>${displayText(name)}</bdi></b></span></p>`
  )
}

/** What `errorPage` shows. */
export interface ErrorPageOptions {
  status: number
  code: string
  /** What the page speaks of; a sign-in unless given. */
  heading?: string | undefined
  /** Narrows the code down, such as the provider's own word. */
  detail?: string | undefined
  message: string
  provider?: string | undefined
  startAgain?: { url: string; label: string } | undefined
  homeUrl: string
}

/**
 * The page of a login that failed: what happened, a way to start again, and the code in small print.
 * @param options `status` of the answer; `code` of the error; `heading` for what is no login; `message` written for a person (`AuthError.message`), cut after
 *   500 characters; `provider` as people know it, not its slug; `startAgain` the button, left out where trying again cannot help;
 *   `homeUrl` of the application
 */
export function errorPage({ status, code, detail, message, provider, startAgain, homeUrl, ...page }: ErrorPageOptions): Page {
  const heading = page.heading ?? headingByCode.get(code) ?? headingByStatus.get(status) ?? 'Something went wrong'
  const home = `<a class="button${startAgain === undefined ? '' : ' quiet'}" href="${linkUrl(homeUrl)}">Back to the home page</a>`
  return layOutPage({
    title: heading,
    content: [
      emblem,
      ...(provider === undefined ? [] : [`<p class="eyebrow">Sign-in with <bdi>${displayText(provider)}</bdi></p>`]),
      `<h1>${heading}</h1>`,
      `<p dir="auto">${displayText(message, 500)}</p>`,
      '<div class="actions">',
      ...(startAgain === undefined
        ? []
        : [`<a class="button strong" href="${linkUrl(startAgain.url)}">${displayText(startAgain.label)}</a>`]),
      home,
      '</div>',
      `<p class="note">Error code: <code>${displayText(code)}</code>${detail === undefined ? '' : ` (${displayText(detail)})`}</p>`,
    ].join('\n'),
  })
}

const emblem =
  '<svg class="emblem" viewBox="-10 -10 44 44" aria-hidden="true">'
  + '<path d="M12 5.5v8M12 18v.01" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/></svg>'

const headingByCode = new Map([
  ['access_denied', 'Sign-in was cancelled'],
  ['state_expired', 'Sign-in took too long'],
  ['state_used', 'This sign-in was already used'],
])

const headingByStatus = new Map([
  [400, 'Sign-in did not finish'],
  [401, 'Please sign in again'],
  [403, 'This was not allowed'],
  [404, 'Page not found'],
  [405, 'That did not work'],
  [409, 'That did not work'],
  [413, 'That was too large'],
  [502, 'The sign-in service did not answer properly'],
  [503, 'Not available right now'],
  [504, 'The sign-in service did not answer'],
])

/** What `confirmPage` shows. */
export interface ConfirmPageOptions {
  action: string
  heading: string
  text: string
  button: string
  fields?: Record<string, string> | undefined
  cancelUrl: string
}

/**
 * A page with one button: for a sign-in that a link on another site started, and for `GET /auth/logout`.
 * @param options `action` receives the POST, with `fields` as its form fields; `heading`, `text` (cut after 500 characters) and
 *   `button` say what will happen; `cancelUrl` is where the other link leads
 */
export function confirmPage({ action, heading, text, button, fields = {}, cancelUrl }: ConfirmPageOptions): Page {
  return layOutPage({
    title: heading,
    hasForm: true,
    content: [
      `<h1 dir="auto">${displayText(heading, 120)}</h1>`,
      `<p dir="auto">${displayText(text, 500)}</p>`,
      postForm(action, fields, button),
      `<div class="actions"><a class="button quiet" href="${linkUrl(cancelUrl)}">Cancel</a></div>`,
    ].join('\n'),
  })
}

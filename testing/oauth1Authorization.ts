import { parseFormEncoded } from './forms.js'
import { htmlReply, redirectReply, type Reply } from './http.js'
import { percentEncode } from './oauth1Signature.js'
import type { RequestToken, TokenMemory } from './oauth1Tokens.js'
import { escapeHtml, page, personButtons } from './pages.js'
import { findPerson } from './people.js'

/** What the pages for the resource owner need to know. */
export interface AuthorizationContext {
  tokens: TokenMemory
  brand: string
  color: string
  /** The path that the form is posted to. */
  path: string
  /** Who agrees without being asked. */
  signInAs: string | undefined
  clientName(clientId: string): string
}

/** Shows who may sign in and what the application asks for (RFC 5849 section 2.2); `query` is without its question mark. */
export function showAuthorization(context: AuthorizationContext, query: string): Reply {
  const requestToken = openRequestToken(context, query)
  if (requestToken === undefined) return brokenLink(context)
  if (context.signInAs !== undefined) return approve(context, requestToken, context.signInAs)
  const client = context.clientName(requestToken.clientId)
  const body = personButtons({
    action: context.path,
    hidden: { oauth_token: requestToken.token },
    client,
    scopes: ['profile', 'email', 'projects'],
  })
  return htmlReply(200, page({ ...look(context), title: `Sign in to ${client}`, body }))
}

/** Takes the decision of the resource owner: one person's button, or the one that cancels; `form` is the form-encoded body. */
export function decideAuthorization(context: AuthorizationContext, form: string): Reply {
  const requestToken = openRequestToken(context, form)
  if (requestToken === undefined) return brokenLink(context)
  if (field(form, 'deny') !== undefined) return deny(context, requestToken)
  const person = findPerson(field(form, 'person') ?? '')
  if (person === undefined) return problemPage(context, 400, 'Nobody was chosen', 'Go back and choose who you are.')
  return approve(context, requestToken, person.id)
}

/** Answers a browser that asks for what is not here, or in a way that is not possible. */
export function problemPage(context: AuthorizationContext, status: number, title: string, text: string, problem?: string): Reply {
  return htmlReply(status, page({ ...look(context), title, body: `<p>${escapeHtml(text)}</p>` }), problem)
}

function approve(context: AuthorizationContext, requestToken: RequestToken, personId: string): Reply {
  const verifier = context.tokens.approve(requestToken, personId)
  if (requestToken.callback === 'oob') return pinPage(context, requestToken, verifier)
  return redirectReply(withQuery(requestToken.callback, { oauth_token: requestToken.token, oauth_verifier: verifier }))
}

function deny(context: AuthorizationContext, requestToken: RequestToken): Reply {
  context.tokens.discardRequestToken(requestToken.token)
  if (requestToken.callback !== 'oob') return redirectReply(withQuery(requestToken.callback, { denied: requestToken.token }))
  const client = context.clientName(requestToken.clientId)
  return problemPage(context, 200, 'Nothing was shared', `You can close this page. ${client} learns nothing about you.`)
}

function pinPage(context: AuthorizationContext, requestToken: RequestToken, pin: string): Reply {
  const client = escapeHtml(context.clientName(requestToken.clientId))
  const body = `<p>Go back to <strong>${client}</strong> and type this number there to finish signing in:</p>
<p id="pin" style="margin: 24px 0; text-align: center; font-size: 36px; font-weight: 700; letter-spacing: .12em">${pin}</p>
<p>It works once, for the next ten minutes. Give it to nobody else.</p>`
  return htmlReply(200, page({ ...look(context), title: 'Almost done', body }))
}

function brokenLink(context: AuthorizationContext): Reply {
  const text = 'It was used already, or it is more than ten minutes old. Go back to the application and sign in from there again.'
  return problemPage(context, 400, 'This sign-in link no longer works', text, 'token_rejected')
}

/** A request token that still waits for its decision. */
function openRequestToken(context: AuthorizationContext, encoded: string): RequestToken | undefined {
  const requestToken = context.tokens.findRequestToken(field(encoded, 'oauth_token') ?? '')
  return requestToken?.approval === undefined ? requestToken : undefined
}

function field(encoded: string, name: string): string | undefined {
  const values = (parseFormEncoded(encoded) ?? []).filter((pair) => pair[0] === name)
  return values.length === 1 ? values[0]?.[1] : undefined
}

/** Appends to a URL's own query and leaves that as it is (RFC 5849 section 2.2). */
function withQuery(callback: string, added: Record<string, string>): string {
  const url = new URL(callback)
  const pairs = Object.entries(added).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
  url.search = [url.search.slice(1), ...pairs].filter((part) => part !== '').join('&')
  return url.href
}

function look({ brand, color }: AuthorizationContext): { brand: string; color: string } {
  return { brand, color }
}

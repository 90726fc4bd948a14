import { createHmac, randomBytes, sign, type KeyObject } from 'node:crypto'
import { afterEach, expect } from '@jest/globals'
import { startOauth1Provider, type Oauth1Provider, type Oauth1ProviderOptions } from '../../testing/oauth1Provider.js'
import { escaped, header } from './oauth1Requests.js'

/** The application that signs in, and where it is called back. */
export const client = { clientId: 'app-key', clientSecret: 'app secret/+', name: 'Notes & <b>Co</b>' }
export const callback = 'http://127.0.0.1:9/callback?keep=a%20b&x='

const running: Oauth1Provider[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((provider) => provider.close()))
})

/** A token with its secret. */
export interface Credentials {
  token: string
  tokenSecret: string
}

/** How a request is signed, and what is done wrong on purpose. */
export interface SigningOptions {
  clientId?: string
  secret?: string
  token?: Credentials
  method?: string
  privateKey?: KeyObject
  now?: number
  nonce?: string
  /** Further parameters of the protocol. */
  extra?: Record<string, string>
  place?: 'header' | 'query' | 'body'
  form?: [string, string][]
  json?: string
  /** What is sent in place of what was signed. */
  sentTarget?: string
  sentBody?: string
}

/** An answer, read as what it may be. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  json: unknown
  form: Record<string, string>
}

/** Starts a provider that is closed after the test. */
export async function start(options: Oauth1ProviderOptions = {}): Promise<Oauth1Provider> {
  const provider = await startOauth1Provider({ clients: [client], ...options })
  running.push(provider)
  return provider
}

/** Starts a provider and signs Ada in. */
export async function signedIn(options: Oauth1ProviderOptions = {}): Promise<{ provider: Oauth1Provider; token: Credentials }> {
  const provider = await start({ signInAs: 'ada-id', ...options })
  const now = options.clock?.() ?? Date.now()
  const temporary = await requestToken(provider, callback, { now })
  return { provider, token: await accessToken(provider, temporary, await authorizeAtOnce(provider, temporary), { now }) }
}

/** The first leg. */
export async function requestToken(
  provider: Oauth1Provider,
  oauth_callback = callback,
  options: SigningOptions = {},
): Promise<Credentials & Record<string, unknown>> {
  const { status, form } = await call(provider, 'POST', '/oauth/request_token', { ...options, extra: { oauth_callback } })
  return { ...form, status, token: form['oauth_token'] ?? '', tokenSecret: form['oauth_token_secret'] ?? '' }
}

/** The second leg, with `signInAs`; returns the verifier. */
export async function authorizeAtOnce(provider: Oauth1Provider, temporary: Credentials): Promise<string> {
  const answer = await fetch(`${provider.authorizationEndpoint}?oauth_token=${temporary.token}`, { redirect: 'manual' })
  expect(answer.status).toBe(302)
  return new URL(answer.headers.get('location') ?? '').searchParams.get('oauth_verifier') ?? ''
}

/** The second leg, with a button of the page; returns where the browser is sent. */
export async function decide(provider: Oauth1Provider, fields: Record<string, string>): Promise<URL> {
  const answer = await post(provider.authorizationEndpoint, fields)
  expect(answer.status).toBe(302)
  return new URL(answer.headers.get('location') ?? '')
}

/** Posts a form as a browser does. */
export async function post(url: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' })
}

/** The third leg. */
export async function accessToken(
  provider: Oauth1Provider,
  temporary: Credentials,
  oauth_verifier: string | null,
  options: SigningOptions = {},
): Promise<Credentials & Record<string, unknown>> {
  const signing = { ...options, token: temporary, extra: { oauth_verifier: oauth_verifier ?? '' } }
  const { status, form } = await call(provider, 'POST', '/oauth/access_token', signing)
  return { ...form, status, token: form['oauth_token'] ?? '', tokenSecret: form['oauth_token_secret'] ?? '' }
}

/** Signs and sends a request; a second reading of RFC 5849, with no code of the provider in it. */
export async function call(provider: Oauth1Provider, verb: string, target: string, options: SigningOptions): Promise<Answer> {
  const { method = 'HMAC-SHA1', secret = client.clientSecret, token, place = 'header', form = [], now = Date.now() } = options
  const url = new URL(target, provider.origin)
  const fields: [string, string][] = Object.entries({
    oauth_consumer_key: options.clientId ?? client.clientId,
    oauth_signature_method: method,
    oauth_timestamp: String(Math.floor(now / 1000)),
    oauth_nonce: options.nonce ?? randomBytes(8).toString('hex'),
    ...(token ? { oauth_token: token.token } : {}),
    ...options.extra,
  })
  const encoded = [...fields, ...form, ...url.searchParams].map((pair) => pair.map(escaped))
  const sorted = encoded
    .map((pair) => pair.join('\n'))
    .sort()
    .map((pair) => pair.replace('\n', '='))
    .join('&')
  const base = [verb, url.origin + url.pathname, sorted].map(escaped).join('&')
  const key = `${escaped(secret)}&${escaped(token?.tokenSecret ?? '')}`
  const hash = method.split('-')[1]?.toLowerCase() ?? ''
  const signature =
    method === 'PLAINTEXT'
      ? key
      : method.startsWith('RSA') && options.privateKey
        ? sign(hash, Buffer.from(base), options.privateKey).toString('base64')
        : createHmac(hash, key).update(base).digest('base64')
  fields.push(['oauth_signature', signature])

  const headers: Record<string, string> = options.json === undefined ? {} : { 'content-type': 'application/json' }
  if (place === 'header') headers['authorization'] = header(fields)
  const suffix = place === 'query' ? `${url.search ? '&' : '?'}${new URLSearchParams(fields).toString()}` : ''
  const pairs = place === 'body' ? [...form, ...fields] : form
  const body = options.sentBody ?? options.json ?? (pairs.length > 0 ? new URLSearchParams(pairs).toString() : undefined)
  if (pairs.length > 0) headers['content-type'] = 'application/x-www-form-urlencoded'
  const answer = await fetch(provider.origin + (options.sentTarget ?? target) + suffix, {
    method: verb,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true && text !== ''
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
    form: Object.fromEntries(new URLSearchParams(text)),
  }
}

import { createHmac } from 'node:crypto'
import {
  createOauth1Verifier,
  type Oauth1Request,
  type Oauth1Verifier,
  type Oauth1VerifierOptions,
  type Parameter,
} from '../../testing/oauth1Verifier.js'

/** The time at which the requests here are signed, in seconds. */
export const now = 1_700_000_000

/** Makes a verifier that knows the clients `key` and `other`. */
export function verifier(options: Partial<Oauth1VerifierOptions> = {}): Oauth1Verifier {
  return createOauth1Verifier({
    origin: 'http://api.example.com',
    clock: () => now * 1000,
    findClient: (clientId) => (['key', 'other'].includes(clientId) ? { clientId, clientSecret: 'se cret' } : undefined),
    ...options,
  })
}

let lastNonce = 0

/** Makes a signed GET of `http://api.example.com`; it shares no code with what it tests. */
export function signed(options: {
  url?: string
  method?: string
  secret?: string
  timestamp?: number
  nonce?: string
  clientId?: string
  omit?: string
  change?: Record<string, string>
  form?: readonly Parameter[]
  by?: (baseString: string) => string
}): Oauth1Request & { headers: { authorization: string } } {
  const { url = '/photos', method = 'HMAC-SHA1', secret = 'se cret', timestamp = now } = options
  lastNonce += 1
  const fields: Record<string, string> = {
    oauth_consumer_key: options.clientId ?? 'key',
    oauth_signature_method: method,
    oauth_timestamp: String(timestamp),
    oauth_nonce: options.nonce ?? `nonce-${lastNonce}`,
    ...options.change,
  }
  if (options.omit) delete fields[options.omit]
  const absolute = new URL(url, 'http://api.example.com')
  const pairs = [...Object.entries(fields), ...absolute.searchParams, ...(options.form ?? [])].map((pair) => pair.map(escaped))
  const sorted = pairs
    .map(([name, value]) => `${name}\n${value}`)
    .sort()
    .map((pair) => pair.replace('\n', '='))
    .join('&')
  const baseString = ['GET', absolute.origin + absolute.pathname, sorted].map(escaped).join('&')
  const hash = method.slice(method.indexOf('-') + 1).toLowerCase()
  const signature =
    options.by?.(baseString)
    ?? createHmac(/^sha\d+$/.test(hash) ? hash : 'sha1', `${escaped(secret)}&`)
      .update(baseString)
      .digest('base64')
  const sent = Object.entries({ ...fields, oauth_signature: options.change?.['oauth_signature'] ?? signature })
  return { method: 'GET', url, headers: { authorization: header(sent.filter(([name]) => name !== options.omit)) } }
}

/** Writes an Authorization header. */
export function header(parameters: readonly Parameter[], realm?: string): string {
  const pairs = parameters.map(([name, value]) => `${escaped(name)}="${escaped(value)}"`)
  const quoted = realm === undefined ? [] : [`realm="${realm.replaceAll('"', '\\"')}"`]
  return `OAuth ${[...quoted, ...pairs].join(', ')}`
}

/** Writes a form-encoded text. */
export function encodeForm(parameters: readonly Parameter[]): string {
  return parameters.map(([name, value]) => `${escaped(name)}=${escaped(value).replaceAll('%20', '+')}`).join('&')
}

/** Encodes as RFC 5849 section 3.6 asks. */
export function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

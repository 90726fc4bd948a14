import { createHash } from 'node:crypto'
import { encodedPairs, percentEncode, type EncodedPair } from './encoding.js'

/** A request as it is to be sent, before it is signed. */
export interface SigningRequest {
  method: string
  /** Absolute http or https URL. */
  url: string
  /** Header values by lower-case name; `content-type` decides whether the body is signed. */
  headers?: Record<string, string> | undefined
  body?: string | Uint8Array | undefined
}

/** How a request is signed: `oauth_signature_method` (RFC 5849, 3.4, and the same with longer digests). */
export type SignatureMethod = keyof typeof digests

/** What the client signs with. */
export interface SigningKeys {
  clientId: string
  clientSecret?: string | undefined
  /** RSA private key, PEM. */
  privateKey?: string | undefined
  token?: string | undefined
  tokenSecret?: string | undefined
}

/** How one request is to be signed. */
export interface SigningOptions {
  signatureMethod: SignatureMethod
  /** Where the `oauth_` parameters travel; the Authorization header unless told. */
  signaturePlacement?: 'header' | 'query' | 'body' | undefined
  /** Sent in the Authorization header, where there is one; never signed. */
  realm?: string | undefined
  /** Adds `oauth_body_hash` to requests whose body is not form-encoded, and to those without a body; never with PLAINTEXT. */
  bodyHash?: boolean | undefined
  /** Further `oauth_` parameters, such as `oauth_callback` and `oauth_verifier`. */
  parameters?: Record<string, string> | undefined
  /** Seconds since 1970, a whole number. */
  timestamp: number
  nonce: string
}

export const formContentType = 'application/x-www-form-urlencoded'

/** The digest of each method; PLAINTEXT has none. */
export const digests = {
  'HMAC-SHA1': 'sha1',
  'HMAC-SHA256': 'sha256',
  'HMAC-SHA512': 'sha512',
  'RSA-SHA1': 'sha1',
  'RSA-SHA256': 'sha256',
  'RSA-SHA512': 'sha512',
  PLAINTEXT: undefined,
} as const

/**
 * Parses an absolute URL into the form in which it goes over the wire: serialised, without its fragment.
 *
 * @param text an absolute http or https URL
 * @throws Error when `text` is not such a URL, or its port is 0
 */
export function parseRequestUrl(text: string): URL {
  const url = parseAbsoluteUrl(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw unsignable(text, 'OAuth 1.0a signs http and https URLs only; pass one of those')
  }
  if (url.port === '0') throw unsignable(text, "port 0 cannot be reached; pass the server's port")
  if (text.includes('#')) url.hash = ''
  return url
}

/**
 * Returns the base string URI: scheme, host, a port that is not the scheme's own, and path (RFC 5849, 3.4.1.2).
 *
 * @param url an absolute http or https URL
 * @throws Error when `url` is not such a URL, or its port is 0
 */
export function baseStringUri(url: string): string {
  return baseStringUriOf(parseRequestUrl(url))
}

/** The base string URI of a URL that `parseRequestUrl` returned. */
export function baseStringUriOf(url: URL): string {
  return url.origin + url.pathname
}

/** Collects the parameters of a URL's query, in their order, encoded (RFC 5849, 3.4.1.3.1). */
export function queryParameters(url: URL): EncodedPair[] {
  return encodedPairs(url.search.slice(1))
}

/**
 * Tells whether the request carries, or announces, a form-encoded body: the only kind that is signed
 * parameter by parameter (RFC 5849, 3.4.1.3.1).
 */
export function isForm(request: Pick<SigningRequest, 'headers'>): boolean {
  const contentType = request.headers?.['content-type']
  if (contentType === undefined || contentType === formContentType) return contentType !== undefined
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === formContentType
}

/** Collects the parameters of a form-encoded body, in their order, encoded; any other body has none. */
export function bodyParameters(request: SigningRequest): EncodedPair[] {
  if (isEmptyBody(request.body) || !isForm(request)) return []
  return encodedPairs(typeof request.body === 'string' ? request.body : Buffer.from(request.body).toString())
}

/**
 * Collects the `oauth_` parameters that the signing adds, all but the signature, encoded (RFC 5849, 3.1).
 *
 * @throws Error when the timestamp is not a whole number of seconds, or a further parameter is none of the protocol's
 */
export function protocolParameters(request: SigningRequest, keys: SigningKeys, options: SigningOptions): EncodedPair[] {
  if (!Number.isSafeInteger(options.timestamp) || options.timestamp <= 0) {
    throw new Error(`Cannot sign with timestamp ${options.timestamp}: pass whole seconds since 1970`)
  }
  const pairs: EncodedPair[] = [
    ['oauth_nonce', percentEncode(options.nonce)],
    ['oauth_timestamp', String(options.timestamp)],
    ['oauth_version', '1.0'],
    ['oauth_signature_method', options.signatureMethod],
    ['oauth_consumer_key', percentEncode(keys.clientId)],
  ]
  if (keys.token !== undefined) pairs.push(['oauth_token', percentEncode(keys.token)])
  const digest = bodyDigest(request, options)
  if (digest !== undefined)
    pairs.push([
      'oauth_body_hash',
      percentEncode(
        createHash(digest)
          .update(request.body ?? '')
          .digest('base64'),
      ),
    ])
  if (options.parameters !== undefined) addFurther(pairs, options.parameters)
  return pairs
}

// The draft: never with a form, better not with PLAINTEXT; the empty text stands for a body that is not there.
function bodyDigest(request: SigningRequest, { bodyHash, signatureMethod, signaturePlacement }: SigningOptions): string | undefined {
  return bodyHash === true && signaturePlacement !== 'body' && !isForm(request) ? digests[signatureMethod] : undefined
}

function addFurther(pairs: EncodedPair[], parameters: Record<string, string>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (!name.startsWith('oauth_')) {
      throw new Error(`"${name}" is not an OAuth parameter: send it in the request's own query or form-encoded body`)
    }
    if (name === 'oauth_signature' || pairs.some(([taken]) => taken === name)) {
      throw new Error(`"${name}" is set by the signing itself: leave it out of the further parameters`)
    }
    pairs.push([percentEncode(name), percentEncode(value)])
  }
}

/**
 * Refuses a request that already holds one of the parameters which signing adds: its server would have to (RFC 5849, 3.2).
 *
 * @throws Error naming the parameter
 */
export function requireUniqueNames(present: EncodedPair[], added: EncodedPair[]): void {
  for (const [name] of present) {
    if (!name.startsWith('oauth_')) continue
    if (name === 'oauth_signature' || added.some(([taken]) => taken === name)) {
      throw new Error(`The request already holds "${name}", which signing adds: take it out of the query or body`)
    }
  }
}

/**
 * Appends encoded parameters to a URL's query, leaving what stands there untouched (RFC 5849, 3.5.3).
 *
 * @param url a URL without fragment
 * @param encoded `name=value` pairs joined by `&`
 */
export function appendToQuery(url: URL, encoded: string): string {
  if (!url.href.includes('?')) return `${url.href}?${encoded}`
  return url.search === '' || url.search.endsWith('&') ? url.href + encoded : `${url.href}&${encoded}`
}

/**
 * Appends encoded parameters to a form-encoded body, leaving what stands there untouched (RFC 5849, 3.5.2).
 * Text stays text and bytes stay bytes; an absent or empty body becomes text.
 *
 * @param encoded `name=value` pairs joined by `&`
 */
export function appendToBody(body: string | Uint8Array | undefined, encoded: string): string | Uint8Array {
  if (isEmptyBody(body)) return encoded
  return typeof body === 'string' ? `${body}&${encoded}` : Buffer.concat([body, Buffer.from(`&${encoded}`)])
}

/** Tells whether there is nothing to send as a body. */
export function isEmptyBody(body: string | Uint8Array | undefined): body is undefined | '' {
  return body === undefined || body.length === 0
}

function parseAbsoluteUrl(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw unsignable(text, 'it is not an absolute URL; pass it with scheme and host')
  }
}

// Query and user information may hold secrets, and messages end up in logs.
function unsignable(url: string, reason: string): Error {
  return new Error(`Cannot sign a request to "${url.replace(/[?#].*/s, '').replace(/\/\/.*@/s, '//')}": ${reason}`)
}

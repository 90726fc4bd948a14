import { createHash, createHmac, createPublicKey, timingSafeEqual, verify, type KeyObject } from 'node:crypto'

/** A decoded name and value; a name may occur in several of them. */
export type Parameter = readonly [name: string, value: string]

/** The signature methods that the verifier knows: those of RFC 5849 section 3.4 and their SHA-2 relatives. */
export const signatureMethods = ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512', 'PLAINTEXT'] as const

export type SignatureMethod = (typeof signatureMethods)[number]

/**
 * Reads names of signature methods, which are case sensitive (RFC 5849 section 3.1).
 *
 * @throws TypeError when one of them is not known
 */
export function readSignatureMethods(names: readonly string[]): SignatureMethod[] {
  return names.map((name) => {
    const known = signatureMethods.find((method) => method === name)
    if (known === undefined) throw new TypeError(`unknown signature method: ${name}`)
    return known
  })
}

/**
 * Encodes a text with the percent-encoding of RFC 5849 section 3.6.
 *
 * @throws URIError when the text has a surrogate without its partner
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/**
 * Builds the base string URI of an absolute http or https URL: scheme, host, port if it is not the default one, and path
 * as it was sent (RFC 5849 section 3.4.1.2).
 *
 * @throws TypeError when the URL is not absolute, has no host, or its port is not a port
 */
export function baseStringUri(url: string): string {
  const parts = /^(https?):\/\/(?:[^/?#@]*@)?([\w.~!$&'()*+,;=%-]+|\[[\da-f:.]+\])(?::(\d*))?(?=[/?#]|$)([^?#]*)/i.exec(url)
  if (parts === null) throw new TypeError('not an absolute http or https URL')
  const [scheme, host, port, path] = [parts[1] ?? '', parts[2] ?? '', parts[3] ?? '', parts[4] ?? '']
  if (port !== '' && (Number(port) < 1 || Number(port) > 65535)) throw new TypeError('the port is out of range')
  const defaultPort = scheme.toLowerCase() === 'https' ? 443 : 80
  const shownPort = port === '' || Number(port) === defaultPort ? '' : `:${Number(port)}`
  // What may not stand in a path unencoded would have been encoded on its way here.
  const sentPath = path.replace(/[^\x21-\x7e]+/g, percentEncode)
  return `${scheme.toLowerCase()}://${host.toLowerCase()}${shownPort}${sentPath === '' ? '/' : sentPath}`
}

/** Encodes, sorts and joins request parameters (RFC 5849 section 3.4.1.3.2). */
export function normalizeParameters(parameters: readonly Parameter[]): string {
  return parameters
    .map(([name, value]): Parameter => [percentEncode(name), percentEncode(value)])
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/**
 * Builds the signature base string (RFC 5849 section 3.4.1.1).
 *
 * @param method HTTP method, any case
 * @param url absolute URL of the request; its query is not read
 * @param parameters all decoded parameters of the request; `oauth_signature` is left out
 * @throws TypeError when `url` is not an absolute http or https URL
 */
export function signatureBaseString(method: string, url: string, parameters: readonly Parameter[]): string {
  const signed = parameters.filter(([name]) => name !== 'oauth_signature')
  return [method.toUpperCase(), baseStringUri(url), normalizeParameters(signed)].map(percentEncode).join('&')
}

/** What a signature is checked with: shared secrets (empty where there is none), and the public key of an RSA client. */
export interface SignatureKeys {
  clientSecret: string
  tokenSecret: string
  publicKey?: KeyObject | string | undefined
}

/** Checks a signature in constant time (RFC 5849 sections 3.4.2 to 3.4.4). */
export function signatureMatches(method: SignatureMethod, baseString: string, signature: string, keys: SignatureKeys): boolean {
  if (method.startsWith('RSA-')) return rsaSignatureMatches(method, baseString, signature, keys.publicKey)
  const secrets = `${percentEncode(keys.clientSecret)}&${percentEncode(keys.tokenSecret)}`
  const hash = hashOf(method)
  return equalTexts(signature, hash === undefined ? secrets : createHmac(hash, secrets).update(baseString).digest('base64'))
}

/** Names the hash function of a signature method, as `node:crypto` does; `undefined` for `PLAINTEXT`. */
export function hashOf(method: SignatureMethod): 'sha1' | 'sha256' | 'sha512' | undefined {
  if (method.endsWith('-SHA1')) return 'sha1'
  if (method.endsWith('-SHA256')) return 'sha256'
  return method.endsWith('-SHA512') ? 'sha512' : undefined
}

/** Compares two texts without telling by the time it takes where they differ, or how long they are. */
export function equalTexts(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}

function rsaSignatureMatches(method: SignatureMethod, baseString: string, signature: string, key?: KeyObject | string): boolean {
  const hash = hashOf(method)
  if (key === undefined || hash === undefined) return false
  const publicKey = typeof key === 'string' ? createPublicKey(key) : key
  if (publicKey.asymmetricKeyType !== 'rsa') return false
  const bytes = Buffer.from(signature, 'base64')
  // Node reads sloppy base64 as well; a signature has one spelling only.
  return bytes.toString('base64') === signature && verify(hash, Buffer.from(baseString), publicKey, bytes)
}

function compare(a: string, b: string): number {
  // Encoded texts are ASCII, so that the order of code units is the order of bytes.
  return a < b ? -1 : a > b ? 1 : 0
}

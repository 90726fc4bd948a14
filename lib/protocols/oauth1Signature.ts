import { createHmac, createPrivateKey, createSign, type KeyObject } from 'node:crypto'
import { OAuth } from 'oauth'
import {
  appendToBody, appendToQuery, baseStringUriOf, bodyParameters, digests, formContentType, isEmptyBody, isForm, parseRequestUrl,
  protocolParameters, queryParameters, requireUniqueNames,
  type ParameterPair, type SignatureMethod, type SigningKeys, type SigningOptions, type SigningRequest,
} from './oauth1Parameters.js'

export { baseStringUri } from './oauth1Parameters.js'
export type { ParameterPair, SignatureMethod, SigningKeys, SigningOptions, SigningRequest } from './oauth1Parameters.js'

/** A signed request's parts, as they must be sent. */
export interface SignedRequest {
  url: string
  headers: Record<string, string>
  body: string | Uint8Array | undefined
}

const methodsWithoutBody = ['GET', 'HEAD', 'DELETE', 'CONNECT', 'TRACE']
const unreserved = /^[\w.~-]*$/
const needsReplacements = /[!'()*]/
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** The package's encoding, normalisation, base string, signatures and header; its HTTP functions stay unused. */
class SigningEngine extends OAuth {
  // @types/oauth calls it _protectedKey; the package reads this name.
  declare protected _privateKey: KeyObject

  constructor(keys: SigningKeys, method: SignatureMethod) {
    // The package's constructor refuses the methods that _createSignature adds below.
    super('', '', keys.clientId, keys.clientSecret ?? '', '1.0', null, 'PLAINTEXT')
    if (!Object.hasOwn(digests, method)) {
      throw new Error(`Unknown signature method "${method}": use one of ${Object.keys(digests).join(', ')}`)
    }
    this._signatureMethod = method
    this._oauthParameterSeperator = ', '
    if (method.startsWith('RSA-')) this._privateKey = loadPrivateKey(keys.privateKey, method)
  }

  baseString(method: string, url: URL, pairs: ParameterPair[]): string {
    return this._createSignatureBase(method, baseStringUriOf(url), this._normaliseRequestParams(pairs))
  }

  // Most values need no encoding, few the package's five replacements: finding that out costs less than doing it regardless.
  override _encodeData(text: string): string {
    if (unreserved.test(text)) return text
    try {
      return needsReplacements.test(text) ? super._encodeData(text) : encodeURIComponent(text)
    } catch (cause) {
      throw new Error('Cannot percent-encode text that holds half a surrogate pair: pass well-formed Unicode', { cause })
    }
  }

  // Done by baseStringUriOf: the package's own uses the deprecated url.parse and loses the brackets of an IPv6 host.
  protected override _normalizeUrl(baseStringUri: string): string {
    return baseStringUri
  }

  // The package takes an object, where a name occurs once; its normalisation writes into the pairs, so they are copied.
  protected override _makeArrayOfArgumentsHash(pairs: object): string[][] {
    return (pairs as ParameterPair[]).map(([name, value]) => [name, value])
  }

  override _createSignature(baseString: string, tokenSecret: string): string {
    switch (this._signatureMethod) {
      case 'HMAC-SHA512':
        return createHmac('sha512', `${this._consumerSecret}&${this._encodeData(tokenSecret)}`)
          .update(baseString).digest('base64')
      case 'RSA-SHA256':
      case 'RSA-SHA512':
        return createSign(this._signatureMethod).update(baseString).sign(this._privateKey, 'base64')
      default:
        return super._createSignature(baseString, tokenSecret)
    }
  }

  // Asked for each parameter of the header: the package's pattern match takes longer than all the rest of the header.
  protected override _isParameterNameAnOAuthParameter(name: string): boolean {
    return name.startsWith('oauth_')
  }

  override _buildAuthorizationHeaders(pairs: ParameterPair[], realm?: string): string {
    const header = super._buildAuthorizationHeaders(pairs)
    return realm === undefined ? header : header.replace('OAuth ', () => `OAuth realm=${quote(realm)}, `)
  }
}

const keylessEngine = new SigningEngine({ clientId: '' }, 'PLAINTEXT')

/**
 * Signs a request: computes its `oauth_` parameters and puts them where the options say.
 *
 * A form-encoded body is signed parameter by parameter as it stands; any other body is not signed, but for its hash when
 * `bodyHash` asks for one. Send exactly what is returned: the URL is the serialised one that was signed.
 * Nothing given is changed.
 *
 * @throws Error when the URL, method, placement, a key or a parameter does not permit a valid signature, or PLAINTEXT would
 *   send secrets over an open channel; the message names cause and cure
 * @see RFC 5849, 3.1, 3.4, 3.5; for `oauth_body_hash` the draft draft-eaton-oauth-bodyhash
 */
export function signRequest(request: SigningRequest, keys: SigningKeys, options: SigningOptions): SignedRequest {
  const engine = new SigningEngine(keys, options.signatureMethod)
  const url = parseRequestUrl(request.url)
  if (options.signatureMethod === 'PLAINTEXT') requireClosedChannel(url)

  const requestParameters = [...queryParameters(url), ...bodyParameters(request)]
  const addedParameters = protocolParameters(request, keys, options)
  requireUniqueNames(requestParameters, addedParameters)

  const baseString = engine.baseString(request.method, url, [...requestParameters, ...addedParameters])
  const signature = engine._createSignature(baseString, keys.tokenSecret ?? '')
  return place(request, url, [...addedParameters, ['oauth_signature', signature]], options, engine)
}

/**
 * Percent-encodes text as UTF-8, leaving letters, digits and `-._~` alone (RFC 5849, 3.6).
 *
 * @throws Error when `text` holds half a surrogate pair
 */
export function percentEncode(text: string): string {
  return keylessEngine._encodeData(text)
}

/**
 * Builds the signature base string (RFC 5849, 3.4.1).
 *
 * @param method the HTTP method
 * @param url an absolute http or https URL; its query's parameters are taken from it
 * @param pairs the decoded parameters beyond the query: of the form-encoded body and of the protocol, without `oauth_signature`
 * @throws Error when `url` is not such a URL
 */
export function signatureBaseString(method: string, url: string, pairs: ParameterPair[]): string {
  const parsed = parseRequestUrl(url)
  return keylessEngine.baseString(method, parsed, [...queryParameters(parsed), ...pairs])
}

/**
 * Signs a base string (RFC 5849, 3.4.2 to 3.4.4).
 *
 * @returns the signature in base64; for PLAINTEXT the encoded secrets, whatever the base string
 * @throws Error when the method is unknown, or an RSA method finds no usable private key
 */
export function sign(baseString: string, keys: SigningKeys, method: SignatureMethod): string {
  return new SigningEngine(keys, method)._createSignature(baseString, keys.tokenSecret ?? '')
}

function requireClosedChannel(url: URL): void {
  if (url.protocol === 'https:' || loopback.test(url.hostname)) return
  throw new Error(`PLAINTEXT would send the secrets readable to ${url.origin}: use https, or another signature method`)
}

function place(
  request: SigningRequest, url: URL, signed: ParameterPair[], options: SigningOptions, engine: SigningEngine,
): SignedRequest {
  const placement = options.signaturePlacement ?? 'header'
  if (placement === 'header') {
    const authorization = engine._buildAuthorizationHeaders(signed, options.realm)
    return { url: url.href, headers: { ...request.headers, authorization }, body: request.body }
  }

  const encoded = signed.map(([name, value]) => `${engine._encodeData(name)}=${engine._encodeData(value)}`).join('&')
  if (placement === 'query') return { url: appendToQuery(url, encoded), headers: { ...request.headers }, body: request.body }
  // A caller without the compiler may have written anything.
  if ((placement as string) !== 'body') throw new Error(`Unknown signature placement "${placement as string}": use header, query or body`)
  requireFormBody(request)
  const headers = { 'content-type': formContentType, ...request.headers }
  return { url: url.href, headers, body: appendToBody(request.body, encoded) }
}

function requireFormBody(request: SigningRequest): void {
  const method = request.method.toUpperCase()
  if (methodsWithoutBody.includes(method)) {
    throw new Error(`A ${method} request has no body to place the signature in: use the header or the query`)
  }
  // Nothing to send and nothing announced: the signature itself becomes the form.
  const isVacant = isEmptyBody(request.body) && request.headers?.['content-type'] === undefined
  if (!isVacant && !isForm(request)) {
    throw new Error(`A signature fits only into a body of type ${formContentType}: use that, the header or the query`)
  }
}

const privateKeys = new Map<string, KeyObject>()
const privateKeysLimit = 100

// Reading the PEM takes longer than signing with it: the loaded keys are kept, the oldest leaving when there are too many.
function loadPrivateKey(pem: string | undefined, method: SignatureMethod): KeyObject {
  if (!pem) throw new Error(`${method} signs with an RSA private key: pass it as privateKey, in PEM`)
  const known = privateKeys.get(pem)
  if (known !== undefined) return known

  const loaded = parsePrivateKey(pem, method)
  const [oldest] = privateKeys.keys()
  if (oldest !== undefined && privateKeys.size >= privateKeysLimit) privateKeys.delete(oldest)
  privateKeys.set(pem, loaded)
  return loaded
}

function parsePrivateKey(pem: string, method: SignatureMethod): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem.split('\n').map((line) => line.trim()).join('\n').trim())
  } catch (cause) {
    throw new Error(`The privateKey for ${method} cannot be read: pass an unencrypted RSA private key in PEM`, { cause })
  }
  if (key.asymmetricKeyType === 'rsa') return key
  throw new Error(`The privateKey for ${method} is of type ${String(key.asymmetricKeyType)}: pass an RSA private key in PEM`)
}

function quote(realm: string): string {
  if (!/^[\x20-\x7e]*$/.test(realm)) throw new Error('The realm must be printable ASCII, as it travels in a header: change it')
  return `"${realm.replace(/["\\]/g, '\\$&')}"`
}

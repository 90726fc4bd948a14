import { createHmac, createPrivateKey, createSign, type KeyObject } from 'node:crypto'
import { OAuth } from 'oauth'
import { encodePairs, percentEncode, type EncodedPair, type ParameterPair } from './encoding.js'
import {
  appendToBody,
  appendToQuery,
  baseStringUriOf,
  bodyParameters,
  digests,
  formContentType,
  isEmptyBody,
  isForm,
  parseRequestUrl,
  protocolParameters,
  queryParameters,
  requireUniqueNames,
  type SignatureMethod,
  type SigningKeys,
  type SigningOptions,
  type SigningRequest,
} from './parameters.js'

export { percentEncode, type ParameterPair } from './encoding.js'
export { baseStringUri } from './parameters.js'
export type { SignatureMethod, SigningKeys, SigningOptions, SigningRequest } from './parameters.js'

/** A signed request's parts, as they must be sent. */
export interface SignedRequest {
  url: string
  headers: Record<string, string>
  body: string | Uint8Array | undefined
}

const methodsWithoutBody = ['GET', 'HEAD', 'DELETE', 'CONNECT', 'TRACE']
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** The package's sorting, keys and signatures; its HTTP functions stay unused (`docs/decisions/oauth1-signing.md`). */
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
    if (method.startsWith('RSA-')) this._privateKey = loadPrivateKey(keys.privateKey, method)
  }

  // Written here, because pairs that are encoded need only their escapes' percent signs encoded once more (RFC 5849, 3.4.1.1).
  baseString(method: string, url: URL, pairs: EncodedPair[]): string {
    let parameters = ''
    for (const [name, value] of this._sortRequestParams(pairs) as EncodedPair[]) {
      parameters += `${parameters && '%26'}${encodedTwice(name)}%3D${encodedTwice(value)}`
    }
    return `${method.toUpperCase()}&${percentEncode(baseStringUriOf(url))}&${parameters}`
  }

  override _encodeData(text: string): string {
    return percentEncode(text)
  }

  override _createSignature(baseString: string, tokenSecret: string): string {
    switch (this._signatureMethod) {
      case 'HMAC-SHA512':
        return createHmac('sha512', `${this._consumerSecret}&${this._encodeData(tokenSecret)}`)
          .update(baseString)
          .digest('base64')
      case 'RSA-SHA256':
      case 'RSA-SHA512':
        return createSign(this._signatureMethod).update(baseString).sign(this._privateKey, 'base64')
      default:
        return super._createSignature(baseString, tokenSecret)
    }
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

  const requestParameters = queryParameters(url).concat(bodyParameters(request))
  const addedParameters = protocolParameters(request, keys, options)
  requireUniqueNames(requestParameters, addedParameters)

  const baseString = engine.baseString(request.method, url, [...addedParameters, ...requestParameters])
  const signature = engine._createSignature(baseString, keys.tokenSecret ?? '')
  addedParameters.push(['oauth_signature', percentEncode(signature)])
  return place(request, url, addedParameters, options)
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
  return keylessEngine.baseString(method, parsed, [...queryParameters(parsed), ...encodePairs(pairs)])
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

function place(request: SigningRequest, url: URL, signed: EncodedPair[], options: SigningOptions): SignedRequest {
  const placement = options.signaturePlacement ?? 'header'
  if (placement === 'header') {
    const authorization = authorizationHeader(signed, options.realm)
    return { url: url.href, headers: withAuthorization(request.headers, authorization), body: request.body }
  }

  const encoded = signed.map(([name, value]) => `${name}=${value}`).join('&')
  if (placement === 'query') return { url: appendToQuery(url, encoded), headers: { ...request.headers }, body: request.body }
  // A caller without the compiler may have written anything.
  if ((placement as string) !== 'body') throw new Error(`Unknown signature placement "${placement as string}": use header, query or body`)
  requireFormBody(request)
  const headers = { 'content-type': formContentType, ...request.headers }
  return { url: url.href, headers, body: appendToBody(request.body, encoded) }
}

function encodedTwice(text: string): string {
  return text.includes('%') ? encodeURIComponent(text) : text
}

// A spread with a name behind it takes ten times as long in V8.
function withAuthorization(headers: Record<string, string> | undefined, authorization: string): Record<string, string> {
  return Object.assign({}, headers, { authorization })
}

function authorizationHeader(signed: EncodedPair[], realm: string | undefined): string {
  let header = realm === undefined ? '' : `realm=${quote(realm)}`
  for (const [name, value] of signed) header += `${header && ', '}${name}="${value}"`
  return `OAuth ${header}`
}

/** Tells whether the request's body can carry the signature: a form, or nothing yet, of a method that has a body (RFC 5849, 3.5.2). */
export function hasPlaceInBody(request: SigningRequest): boolean {
  // Nothing to send and nothing announced: the signature itself becomes the form.
  const isVacant = isEmptyBody(request.body) && request.headers?.['content-type'] === undefined
  return !methodsWithoutBody.includes(request.method.toUpperCase()) && (isVacant || isForm(request))
}

function requireFormBody(request: SigningRequest): void {
  if (hasPlaceInBody(request)) return
  const method = request.method.toUpperCase()
  throw new Error(
    methodsWithoutBody.includes(method)
      ? `A ${method} request has no body to place the signature in: use the header or the query`
      : `A signature fits only into a body of type ${formContentType}: use that, the header or the query`,
  )
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
    key = createPrivateKey(
      pem
        .split('\n')
        .map((line) => line.trim())
        .join('\n')
        .trim(),
    )
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

import { createHash, type KeyObject } from 'node:crypto'
import { createNonceMemory } from './oauth1Nonces.js'
import { collectParameters, type CollectedParameters, type Oauth1Request } from './oauth1Parameters.js'
import { refuse, type Oauth1Refusal } from './oauth1Problems.js'
import {
  equalTexts,
  hashOf,
  readSignatureMethods,
  signatureBaseString,
  signatureMatches,
  signatureMethods,
  type Parameter,
  type SignatureKeys,
  type SignatureMethod,
} from './oauth1Signature.js'

export type { Oauth1Request } from './oauth1Parameters.js'
export type { Oauth1Problem, Oauth1Refusal } from './oauth1Problems.js'
export {
  baseStringUri,
  normalizeParameters,
  percentEncode,
  readSignatureMethods,
  signatureBaseString,
  signatureMatches,
  signatureMethods,
} from './oauth1Signature.js'
export type { Parameter, SignatureKeys, SignatureMethod } from './oauth1Signature.js'

/** An application that is registered at the server; `publicKey` (PEM or KeyObject) is that of a client which signs with RSA. */
export interface Oauth1Client {
  clientId: string
  clientSecret: string
  name?: string
  publicKey?: string | KeyObject
}

/** What a verified request said: who sent it, for which token, and its parameters. */
export interface Oauth1Verified {
  ok: true
  client: Oauth1Client
  /** `oauth_token`; `''` when there was none. */
  token: string
  /** All parameters of the protocol, by name. */
  protocol: ReadonlyMap<string, string>
  query: readonly Parameter[]
  /** `undefined` when the body was not form encoded. */
  form: readonly Parameter[] | undefined
}

/** Finds the secret of a token that belongs to this client; `undefined` when there is none. */
export type FindTokenSecret = (token: string, clientId: string) => string | undefined

/**
 * Verifies one request. Without `findTokenSecret` the request must carry no token, with it the request must carry one.
 */
export type Oauth1Verifier = (request: Oauth1Request, findTokenSecret?: FindTokenSecret) => Oauth1Verified | Oauth1Refusal

export interface Oauth1VerifierOptions {
  /** Scheme, host and port under which clients reach the server, such as `https://api.example.com`. */
  origin: string
  findClient: (clientId: string) => Oauth1Client | undefined
  /** Those that are accepted; default: all. */
  signatureMethods?: readonly string[]
  /** How far a timestamp may be from the server's clock, in seconds; default 300. */
  timestampWindow?: number
  /** Accept `PLAINTEXT` although `origin` is not https; default `false`. */
  allowInsecurePlaintext?: boolean
  /** How many nonces are remembered for each client; default 100,000. */
  rememberedNonces?: number
  /** The time in milliseconds; default `Date.now`. */
  clock?: () => number
}

/**
 * Makes a server-side verifier of signed requests; what it refuses, it refuses as a value (RFC 5849 sections 3.2 to 3.4).
 *
 * @throws TypeError when `origin` is not an http or https origin, or a signature method is not known
 */
export function createOauth1Verifier(options: Oauth1VerifierOptions): Oauth1Verifier {
  const { findClient, clock = () => Date.now(), timestampWindow = 300 } = options
  const origin = checkedOrigin(options.origin)
  const isSecure = origin.startsWith('https:') || options.allowInsecurePlaintext === true
  const methods = readSignatureMethods(options.signatureMethods ?? signatureMethods)
  const rememberNonce = createNonceMemory(options.rememberedNonces ?? 100_000)

  return (request, findTokenSecret) => {
    const collected = collectParameters(request)
    if (!collected.ok) return collected
    const { protocol, query, form } = collected
    const [clientId, token] = [protocol.get('oauth_consumer_key') ?? '', protocol.get('oauth_token') ?? '']
    const method = readMethod(protocol, isSecure ? methods : methods.filter((allowed) => allowed !== 'PLAINTEXT'))
    const malformed = checkPresence(protocol, findTokenSecret !== undefined) ?? checkVersion(protocol)
    if (malformed) return malformed
    if (typeof method === 'object') return method
    const client = findClient(clientId)
    if (client === undefined) return refuse('consumer_key_unknown', 'No client has this oauth_consumer_key.')
    if (!canUse(client, method)) return refuse('signature_method_rejected', 'The client is not registered for this method.')

    const now = Math.floor(clock() / 1000)
    const stale = method === 'PLAINTEXT' ? undefined : checkTimestamp(protocol, now, timestampWindow)
    if (stale) return stale
    const tokenSecret = findTokenSecret ? findTokenSecret(token, clientId) : ''
    if (tokenSecret === undefined) return refuse('token_rejected', 'The token is unknown, used, expired or revoked.')
    const keys: SignatureKeys = { clientSecret: client.clientSecret, tokenSecret, publicKey: client.publicKey }
    const forged = checkSignature(origin, request, collected, method, keys) ?? checkBodyHash(request, collected, method)
    if (forged) return forged
    // Last, so that only the client itself can use up its nonces.
    const [timestamp, nonce] = [Number(protocol.get('oauth_timestamp')), protocol.get('oauth_nonce') ?? '']
    const isNew = method === 'PLAINTEXT' || rememberNonce(clientId, token, timestamp, nonce, now - timestampWindow)
    return isNew ? { ok: true, client, token, protocol, query, form } : refuse('nonce_used', 'This nonce was used before.')
  }
}

function readMethod(protocol: Protocol, accepted: readonly SignatureMethod[]): SignatureMethod | Oauth1Refusal {
  const name = protocol.get('oauth_signature_method')
  return accepted.find((method) => method === name) ?? refuse('signature_method_rejected', `Use one of ${accepted.join(', ')}.`)
}

function checkPresence(protocol: Protocol, withToken: boolean): Oauth1Refusal | undefined {
  const required = ['oauth_consumer_key', 'oauth_signature_method', 'oauth_signature']
  if (protocol.get('oauth_signature_method') !== 'PLAINTEXT') required.push('oauth_timestamp', 'oauth_nonce')
  if (withToken) required.push('oauth_token')
  const parameters = required.filter((name) => (protocol.get(name) ?? '') === '')
  // Who sends nothing at all has not authenticated: that is a challenge, not a malformed request.
  const status = protocol.size === 0 ? 401 : 400
  const lacking = `The request lacks ${parameters.join(', ')}.`
  if (parameters.length > 0) return refuse('parameter_absent', lacking, { parameters, status })
  if (protocol.has('oauth_token_secret')) return rejected('oauth_token_secret', 'A secret is never sent in a request.')
  const hasToken = (protocol.get('oauth_token') ?? '') !== ''
  return hasToken && !withToken ? rejected('oauth_token', 'This request is made without a token.') : undefined
}

function checkVersion(protocol: Protocol): Oauth1Refusal | undefined {
  const version = protocol.get('oauth_version')
  return version === undefined || version === '1.0' ? undefined : refuse('version_rejected', 'oauth_version must be 1.0.')
}

function checkTimestamp(protocol: Protocol, now: number, window: number): Oauth1Refusal | undefined {
  const timestamp = protocol.get('oauth_timestamp') ?? ''
  if (!/^[1-9]\d{0,14}$/.test(timestamp)) return rejected('oauth_timestamp', 'A timestamp is a positive whole number of seconds.')
  if (Math.abs(Number(timestamp) - now) <= window) return undefined
  return refuse('timestamp_refused', `The server's clock is at ${now}.`, { acceptableTimestamps: [now - window, now + window] })
}

function checkSignature(
  origin: string,
  request: Oauth1Request,
  collected: CollectedParameters,
  method: SignatureMethod,
  keys: SignatureKeys,
): Oauth1Refusal | undefined {
  const baseString = signatureBaseString(request.method, origin + request.url, collected.all)
  if (signatureMatches(method, baseString, collected.protocol.get('oauth_signature') ?? '', keys)) return undefined
  const compared = method === 'PLAINTEXT' ? {} : { baseString }
  return refuse('signature_invalid', 'The signature does not match the request and the secrets.', compared)
}

/** Checks `oauth_body_hash` of the OAuth Request Body Hash extension, which covers bodies that the signature does not. */
function checkBodyHash(request: Oauth1Request, collected: CollectedParameters, method: SignatureMethod): Oauth1Refusal | undefined {
  const sent = collected.protocol.get('oauth_body_hash')
  if (sent === undefined) return undefined
  const hash = hashOf(method)
  if (collected.form !== undefined) return rejected('oauth_body_hash', 'A form-encoded body is signed already.')
  if (hash === undefined) return rejected('oauth_body_hash', 'PLAINTEXT has no hash function.')
  const computed = createHash(hash)
    .update(request.body ?? '')
    .digest('base64')
  return equalTexts(sent, computed) ? undefined : refuse('signature_invalid', 'oauth_body_hash is not the hash of the body.')
}

function canUse(client: Oauth1Client, method: SignatureMethod): boolean {
  if (method.startsWith('RSA-')) return client.publicKey !== undefined
  // A client that has only a key pair has the empty secret, which everybody knows.
  return client.publicKey === undefined || client.clientSecret !== ''
}

function rejected(name: string, advice: string): Oauth1Refusal {
  return refuse('parameter_rejected', advice, { parameters: [name] })
}

type Protocol = CollectedParameters['protocol']

function checkedOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new TypeError('origin must be an http or https origin')
  return url.origin
}

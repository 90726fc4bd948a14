import type { ClientMetadata, Configuration, ServerMetadata } from 'openid-client'
import { whenUsed } from '../base/awaitable.js'
import { AuthError } from '../base/errors.js'
import { asText, isObject, member, readJson, utf8 } from '../base/json.js'
import { isLoopbackHost } from '../base/loopback.js'
import { asFetch, tokenTimeoutFactor } from '../http/http.js'
import { followingRedirects } from '../http/redirects.js'
import type { Context } from '../model/context.js'
import type { HttpRequest, HttpResponse } from '../model/http.js'
import type { ResolvedProvider } from '../model/provider.js'
import { clientAuthentication } from './clientAuthentication.js'
import { clientCertificate, documentCertificate } from './clientCertificate.js'
import { decrypted, isEncrypted } from './discovery/decrypt.js'
import { rememberNonce } from './dpop/nonces.js'
import type { ErrorSource } from './errorSource.js'
import { tokenEndpointError } from './tokenErrors.js'

export type OpenidClient = typeof import('openid-client')

/** openid-client, loaded when a provider first needs it. */
export const loadOpenidClient = whenUsed<OpenidClient>(() => import('openid-client'))

/** The fetch that openid-client gets: ours. Token calls may take longer, and their answers pass the provider's `tokenResponse` hook. */
function boundedFetch(context: Context): ReturnType<typeof asFetch> {
  const { http, outbound, provider } = context
  const repair = provider.hooks?.tokenResponse
  const documents = followingRedirects(http, outbound.timeout)
  const document = (request: HttpRequest): Promise<HttpResponse> =>
    documents({ ...request, certificate: documentCertificate(context, request.url) })
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    const response = await http({ ...request, certificate: clientCertificate(context) })
    rememberNonce(context.client, request.url, response.headers)
    return response
  }
  return asFetch(async (asked) => {
    const request = { ...asked, headers: ownHeaders(asked.headers, provider) }
    // Keys are public; the other requests that are no POST carry an access token, which goes where it was meant to go only.
    if (request.method !== 'POST') return request.headers['authorization'] === undefined ? document(request) : send(request)
    const response = withoutChallenge(await send({ ...request, timeout: outbound.timeout * tokenTimeoutFactor }))
    const parsed = parsedObject(response.body)
    if (!parsed) return response
    const readable = await withOpenIdToken(context, repair ? repair(parsed) : parsed)
    return readable === parsed ? { ...response, json: parsed } : { ...response, body: Buffer.from(JSON.stringify(readable)) }
  })
}

/** A token answer whose ID Token is not encrypted any more: what is kept of it, and given back at a logout, is the signed one. */
async function withOpenIdToken(context: Context, answer: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { id_token: idToken } = answer
  if (typeof idToken !== 'string' || !isEncrypted(idToken)) return answer
  return { ...answer, id_token: await decrypted(context, idToken) }
}

/**
 * An answer without its challenge: the library goes no further than that, and the error that stands in the body is what tells a wrong
 * secret (RFC 6749 section 5.2).
 */
export function withoutChallenge(response: HttpResponse): HttpResponse {
  if (response.headers['www-authenticate'] === undefined) return response
  const { 'www-authenticate': _challenge, ...headers } = response.headers
  return { ...response, headers }
}

/** Headers of a library's request, with our name and what the provider's entry says instead of the library's own. */
export function ownHeaders(
  headers: Record<string, string> = {},
  { apiHeaders }: Pick<ResolvedProvider, 'apiHeaders'>,
): Record<string, string> {
  return {
    ...headers,
    'user-agent': 'authrouter',
    ...apiHeaders,
    ...(headers['accept'] === undefined ? {} : { accept: headers['accept'] }),
  }
}

function parsedObject(body: Uint8Array): Record<string, unknown> | undefined {
  const value = readJson(utf8(body))
  // What is none is left as it is: the library says what is wrong with it.
  return isObject(value) ? value : undefined
}

/** A configuration for a server whose endpoints are known and need no discovery. */
export async function staticConfiguration(context: Context, metadata: ServerMetadata): Promise<Configuration> {
  const openidClient = await loadOpenidClient()
  const { client, provider } = context
  const configuration = new openidClient.Configuration(
    metadata,
    client.clientId,
    clientMetadata(openidClient, context),
    await clientAuthentication(openidClient, provider, client),
  )
  prepare(openidClient, configuration, context)
  return configuration
}

/** What openid-client needs to know about the client besides its name. */
export function clientMetadata(openidClient: OpenidClient, { client, provider }: Context): Partial<ClientMetadata> {
  return {
    ...(provider.clockTolerance === undefined ? {} : { [openidClient.clockTolerance]: provider.clockTolerance }),
    ...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret }),
    // Of the aliases that discovery names, those are the ones where a certificate is asked for (RFC 8705 section 5).
    ...(provider.clientAuth === 'tls' ? { use_mtls_endpoint_aliases: true } : {}),
  }
}

const metadata = new WeakMap<Configuration, Readonly<ServerMetadata>>()

/** What a configuration says of its server; the library would copy all of it each time. */
export function metadataOf(configuration: Configuration): Readonly<ServerMetadata> {
  const known = metadata.get(configuration) ?? Object.freeze(configuration.serverMetadata())
  metadata.set(configuration, known)
  return known
}

/** Our way out and our limits. The signature of what a provider signs is verified by `verifySignedJwt`. */
export function prepare(openidClient: OpenidClient, configuration: Configuration, context: Context): void {
  configuration[openidClient.customFetch] = boundedFetch(context)
  // What it would limit is our way out, which has limits of its own; the signal for it would be made in each call.
  configuration.timeout = undefined
  const { issuer, token_endpoint: tokenEndpoint } = metadataOf(configuration)
  // Marked as deprecated by the library so that it stands out; here it is only reached for this machine itself.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  if (isLoopbackHttp(issuer) || isLoopbackHttp(tokenEndpoint)) openidClient.allowInsecureRequests(configuration)
}

export function isLoopbackHttp(address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false
  const url = new URL(address)
  return url.protocol === 'http:' && isLoopbackHost(url.hostname)
}

/**
 * What openid-client threw, as an `AuthError`.
 * @param source the provider it happened with, and what must not be repeated of its answer
 */
export function fromOpenidClient(error: unknown, source: ErrorSource): AuthError {
  const { slug } = source
  const own = causes(error).find((cause) => cause instanceof AuthError)
  if (own) {
    own.provider ??= slug
    return own
  }
  const code = codeOf(error)
  if (code === 'OAUTH_TIMEOUT')
    return new AuthError('provider_timeout', 'The provider did not answer in time.', { provider: slug, cause: error })
  if (code === 'OAUTH_RESPONSE_BODY_ERROR') return tokenEndpointError(asText(member(error, 'error')), statusOf(error), source, error)
  if (names(error).has('nonce'))
    return new AuthError('nonce_mismatch', 'The ID Token belongs to another sign-in.', { provider: slug, cause: error })
  const reason = idTokenReason(code, error)
  if (reason !== undefined)
    return new AuthError('idtoken_invalid', "The provider's ID Token did not pass its checks.", { provider: slug, cause: error, reason })
  return new AuthError('provider_bad_response', "The provider's answer could not be used.", {
    provider: slug,
    cause: error,
    ...(code ? { reason: code } : {}),
  })
}

function idTokenReason(code: string | undefined, error: unknown): string | undefined {
  const claim = [...names(error)].find((name) => name !== 'body')
  switch (code) {
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return `timestamp${claim ? ` ${claim}` : ''}`
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
      return `claim${claim ? ` ${claim}` : ''}`
    case 'OAUTH_KEY_SELECTION_FAILED':
      return 'no usable key'
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
      return 'attribute'
    default: {
      const messages = causes(error).map(messageOf).join('\n')
      if (messages.includes('"alg" header')) return 'algorithm'
      return /JWT|JWS|ID Token|id_token/.test(messages) ? 'token' : undefined
    }
  }
}

function names(error: unknown): Set<string> {
  const found = new Set<string>()
  for (const cause of causes(error)) {
    const claim =
      asText(member(cause, 'claim')) ?? /"([a-z_]+)" \([^)]*\) claim|"([a-z_]+)" claim/.exec(messageOf(cause))?.slice(1).find(Boolean)
    if (claim) found.add(claim)
  }
  return found
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let cause = error; cause !== undefined && cause !== null && chain.length < 8; cause = (cause as { cause?: unknown }).cause)
    chain.push(cause)
  return chain
}

function codeOf(error: unknown): string | undefined {
  return asText(member(error, 'code'))
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

function statusOf(error: unknown): number | undefined {
  const status = member(error, 'status')
  return typeof status === 'number' ? status : undefined
}

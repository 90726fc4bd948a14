import type { ClientRequest } from 'node:http'
import { createRequire } from 'node:module'
import type { AuthorizationCode, ClientCredentials, ModuleOptions } from 'simple-oauth2'
import { whenUsed } from '../base/awaitable.js'
import { AuthError } from '../base/errors.js'
import { isObject } from '../base/json.js'
import { renamed, type Parameters } from '../base/parameters.js'
import { withTimeout } from '../base/timeout.js'
import { isConnectTimeout, released } from '../http/connections.js'
import { unreachable } from '../http/failure.js'
import { tokenTimeoutFactor } from '../http/http.js'
import type { Client } from '../model/client.js'
import type { Context } from '../model/context.js'
import type { ResolvedProvider } from '../model/provider.js'
import { clientAuthMethod, formEncode } from './clientAuthentication.js'
import { formSource, type ErrorSource } from './errorSource.js'
import { errorCodeOf, tokenEndpointError, type SendTokenRequest } from './tokenErrors.js'

type SimpleOauth2 = typeof import('simple-oauth2')

const loadSimpleOauth2 = whenUsed<SimpleOauth2>(() => {
  muteDebug()
  return import('simple-oauth2')
})

// Under DEBUG=* the library would write client credentials, codes and verifiers to stderr; of its copy of debug, its own names are taken out.
function muteDebug(): void {
  const require = createRequire(import.meta.url)
  const debug = createRequire(require.resolve('simple-oauth2'))('debug') as { disable: () => string; enable: (namespaces: string) => void }
  const enabled = debug.disable()
  if (enabled !== '') debug.enable(`${enabled},-simple-oauth2*`)
}

/** A token request made by simple-oauth2, with its traps fenced (docs/decisions/oauth2-libraries.md). */
export const sendBySimpleOauth2: SendTokenRequest = async (context, { grant_type: grantType, ...form }, endpoint) => {
  const { outbound, provider } = context
  const clients = clientsFor(await loadSimpleOauth2(), context, endpoint)
  const parameters = renamed(form, provider.parameterNames)
  const requests: ClientRequest[] = []
  const call = async (): Promise<unknown> => {
    const own = { agent: watched(agentOf(context, endpoint), requests), maxBytes: outbound.maxBytes }
    if (grantType === 'client_credentials') return (await clients.credentials.getToken(parameters, own)).token
    if (grantType !== 'refresh_token')
      return (await clients.code.getToken(parameters as Parameters & { code: string; redirect_uri: string }, own)).token
    return (await clients.code.createToken({ refresh_token: form['refresh_token'] }).refresh(parameters, own)).token
  }
  try {
    // For the whole call: a timeout of the library's would start anew for the body.
    return await withTimeout(
      outbound.timeout * tokenTimeoutFactor,
      repeatedIfUnsent(call, requests, context),
      () => new AuthError('provider_timeout', 'The provider did not answer in time.'),
    )
  } catch (error) {
    // The library stops reading at its limit and leaves the connection open.
    for (const request of requests) request.destroy()
    throw fromSimpleOauth2(error, formSource(context, form))
  }
}

/** Attempts at a request that kept connections lose. */
const maxAttempts = 3

async function repeatedIfUnsent<T>(call: () => Promise<T>, requests: readonly ClientRequest[], { connections }: Context): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await call()
      await Promise.all(requests.map(released))
      return answer
    } catch (error) {
      const request = requests.at(-1)
      // Anything else may have used up the code or the refresh token.
      if (attempt === maxAttempts || !request || !connections.isUnsent(request, networkFailure(error))) throw error
    }
  }
}

interface Clients {
  readonly code: AuthorizationCode
  readonly credentials: ClientCredentials
}

const made = new WeakMap<Client, { provider: ResolvedProvider; endpoint: string; clients: Clients }>()

/** The library's clients of a registration, which hold nothing of a login: making them, and checking their options, takes longer than a call. */
function clientsFor(library: SimpleOauth2, { provider, client }: Context, endpoint: string): Clients {
  const known = made.get(client)
  if (known?.provider === provider && known.endpoint === endpoint) return known.clients
  const options = simpleOauth2Options(provider, client, endpoint)
  const clients = { code: new library.AuthorizationCode(options), credentials: new library.ClientCredentials(options) }
  made.set(client, { provider, endpoint, clients })
  return clients
}

function simpleOauth2Options(provider: ResolvedProvider, client: Client, endpoint: string): ModuleOptions<string> {
  const method = clientAuthMethod(provider, client)
  // The library's own encoding leaves out what RFC 6749 section 2.3.1 leaves as it is; "loose" sends what it is given.
  const encode = method === 'basic' ? formEncode : (text: string) => text
  return {
    client: {
      id: encode(client.clientId),
      secret: encode(client.clientSecret ?? ''),
      idParamName: provider.parameterNames?.['client_id'] ?? 'client_id',
      secretParamName: provider.parameterNames?.['client_secret'] ?? 'client_secret',
    },
    // Whole: a path that begins with two slashes would be read as another host.
    auth: { tokenHost: new URL(endpoint).origin, tokenPath: endpoint },
    options: {
      authorizationMethod: method === 'post' ? 'body' : 'header',
      credentialsEncodingMode: 'loose',
      bodyFormat: provider.tokenBodyFormat ?? 'form',
    },
    http: {
      json: 'force',
      // For providers that insist on compressed answers; the size limit holds for what comes out.
      gunzip: true,
      headers: { 'user-agent': 'authrouter', 'accept-encoding': 'identity', ...provider.apiHeaders, accept: 'application/json' },
      // None is followed, and none is read as an answer either.
      redirects: 0,
      redirect303: true,
    },
  }
}

/** The application's own agent, or the connections that all calls of the router share. */
function agentOf({ outbound: { agent }, connections }: Context, endpoint: string): object {
  return typeof agent === 'object' && agent !== null ? agent : connections.agentFor(endpoint)
}

/**
 * An agent for one call, which tells of its requests, and which survives the library's deep copies of its options, which would lose its
 * connections and its private fields: functions are not copied.
 */
function watched(agent: object, requests: ClientRequest[]): object {
  return new Proxy(() => undefined, {
    get(_function, name) {
      const member: unknown = Reflect.get(agent, name)
      if (typeof member !== 'function') return member
      return (...values: unknown[]): unknown => {
        if (name === 'addRequest') requests.push(values[0] as ClientRequest)
        return member.apply(agent, values) as unknown
      }
    },
  })
}

interface Boom {
  isBoom: boolean
  output: { statusCode: number }
  data?: { isResponseError?: boolean; payload?: unknown }
}

// Of the system and of TLS; not those of Node.js for wrong arguments, nor of zlib for what cannot be unpacked.
const networkCode = /^(?!Z_|ERR_(?!TLS_|SSL_))[A-Z]/

function isNetworkFailure(error: unknown): boolean {
  const code = isObject(error) ? error['code'] : undefined
  return typeof code === 'string' && networkCode.test(code)
}

/** What the network said, where it was the network: an error of another realm is not made into the library's own, but put beside it. */
function networkFailure(error: unknown): unknown {
  return [error, isObject(error) ? error['data'] : undefined].find((each) => isNetworkFailure(each) || isConnectTimeout(each))
}

function fromSimpleOauth2(error: unknown, source: ErrorSource): AuthError {
  const { slug } = source
  if (error instanceof AuthError) {
    error.provider ??= slug
    return error
  }
  const { isBoom, output, data } = error as Partial<Boom>
  const failure = networkFailure(error)
  if (isConnectTimeout(failure))
    return new AuthError('provider_timeout', 'The provider did not answer in time.', { provider: slug, cause: failure })
  if (failure) return unreachable(failure, slug)
  if (!isBoom)
    return new AuthError('provider_bad_response', "The provider's token answer could not be used.", { provider: slug, cause: error })
  // The library's message quotes the reason phrase, which is any text of the server's.
  const cause = data?.isResponseError ? new Error(`HTTP ${String(output?.statusCode)}`, { cause: error }) : error
  return tokenEndpointError(errorCodeOf(data?.payload), output?.statusCode, source, cause)
}

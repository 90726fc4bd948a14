import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createRequire } from 'node:module'
import type { ModuleOptions } from 'simple-oauth2'
import { AuthError } from '../base/errors.js'
import { isObject } from '../base/json.js'
import { renamed, type Parameters } from '../base/parameters.js'
import { withTimeout } from '../base/timeout.js'
import { unreachable } from '../http/failure.js'
import { tokenTimeoutFactor } from '../http/http.js'
import type { Context } from '../model/context.js'
import { clientAuthMethod, formEncode } from './clientAuthentication.js'
import { formSource, type ErrorSource } from './errorSource.js'
import { errorCodeOf, tokenEndpointError, type SendTokenRequest } from './tokenErrors.js'

type SimpleOauth2 = typeof import('simple-oauth2')

let loaded: Promise<SimpleOauth2> | undefined

function loadSimpleOauth2(): Promise<SimpleOauth2> {
  if (!loaded) {
    muteDebug()
    loaded = import('simple-oauth2')
  }
  return loaded
}

// Under DEBUG=* the library would write client credentials, codes and verifiers to stderr; of its copy of debug, its own names are taken out.
function muteDebug(): void {
  const require = createRequire(import.meta.url)
  const debug = createRequire(require.resolve('simple-oauth2'))('debug') as { disable: () => string; enable: (namespaces: string) => void }
  const enabled = debug.disable()
  if (enabled !== '') debug.enable(`${enabled},-simple-oauth2*`)
}

/** A token request made by simple-oauth2, with its traps fenced (docs/decisions/oauth2-libraries.md). */
export const sendBySimpleOauth2: SendTokenRequest = async (context, { grant_type: grantType, ...form }, endpoint) => {
  const { AuthorizationCode, ClientCredentials } = await loadSimpleOauth2()
  const { outbound, provider } = context
  const parameters = renamed(form, provider.parameterNames)
  const requests: Destroyable[] = []
  const configuration = simpleOauth2Configuration(context, endpoint, requests)
  const call = async (): Promise<unknown> => {
    if (grantType === 'client_credentials') return (await new ClientCredentials(configuration).getToken(parameters)).token
    const client = new AuthorizationCode(configuration)
    if (grantType !== 'refresh_token')
      return (await client.getToken(parameters as Parameters & { code: string; redirect_uri: string })).token
    return (await client.createToken({ refresh_token: form['refresh_token'] }).refresh(parameters)).token
  }
  try {
    // The library's own timeout starts anew for the body; this one is for the whole call.
    return await withTimeout(
      outbound.timeout * tokenTimeoutFactor,
      call(),
      () => new AuthError('provider_timeout', 'The provider did not answer in time.'),
    )
  } catch (error) {
    // The library stops reading at its limits and leaves the connection open.
    for (const request of requests) request.destroy()
    throw fromSimpleOauth2(error, formSource(context, form))
  }
}

function simpleOauth2Configuration(
  { provider, client, outbound }: Context,
  endpoint: string,
  requests: Destroyable[],
): ModuleOptions<string> {
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
      timeout: outbound.timeout * tokenTimeoutFactor,
      maxBytes: outbound.maxBytes,
      headers: { 'user-agent': 'authrouter', 'accept-encoding': 'identity', ...provider.apiHeaders, accept: 'application/json' },
      // None is followed, and none is read as an answer either.
      redirects: 0,
      redirect303: true,
      agent: watched(isAgent(outbound.agent) ? outbound.agent : ownAgent(endpoint), requests),
    },
  }
}

function isAgent(agent: unknown): agent is object {
  return typeof agent === 'object' && agent !== null
}

interface Destroyable {
  destroy: () => unknown
}

const ownAgents = { http: new HttpAgent(), https: new HttpsAgent() }

function ownAgent(endpoint: string): object {
  return endpoint.startsWith('http:') ? ownAgents.http : ownAgents.https
}

/**
 * An agent that tells of its requests, and that survives the library's deep copies of its options, which would lose its connections
 * and its private fields: functions are not copied.
 */
function watched(agent: object, requests: Destroyable[]): object {
  return new Proxy(() => undefined, {
    get(_function, name) {
      const member: unknown = Reflect.get(agent, name)
      if (typeof member !== 'function') return member
      return (...values: unknown[]): unknown => {
        if (name === 'addRequest') requests.push(values[0] as Destroyable)
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

function fromSimpleOauth2(error: unknown, source: ErrorSource): AuthError {
  const { slug } = source
  if (error instanceof AuthError) {
    error.provider ??= slug
    return error
  }
  const { isBoom, output, data } = error as Partial<Boom>
  // An error of another realm is not made into the library's own, but put beside it.
  const failure = [error, data].find(isNetworkFailure)
  if (failure) return unreachable(failure, slug)
  if (!isBoom)
    return new AuthError('provider_bad_response', "The provider's token answer could not be used.", { provider: slug, cause: error })
  if (output?.statusCode === 504 && !data?.isResponseError)
    return new AuthError('provider_timeout', 'The provider did not answer in time.', { provider: slug, cause: error })
  // The library's message quotes the reason phrase, which is any text of the server's.
  const cause = data?.isResponseError ? new Error(`HTTP ${String(output?.statusCode)}`, { cause: error }) : error
  return tokenEndpointError(errorCodeOf(data?.payload), output?.statusCode, source, cause)
}

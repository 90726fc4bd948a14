import type { ModuleOptions } from 'simple-oauth2'
import { AuthError } from '../errors.js'
import { asFetch, tokenTimeoutFactor } from '../http.js'
import { isObject, parseJson, utf8 } from '../json.js'
import type { Context, HttpRequest, HttpResponse, ResolvedProvider } from '../types.js'
import { renamed, withParameters } from './authorizationRequest.js'
import { clientAuthMethod, formEncode } from './clientAuthentication.js'
import { fromOpenidClient, loadOpenidClient, ownHeaders, staticConfiguration, tokenEndpointError } from './openidClient.js'

type Form = Record<string, string>
type Send = (context: Context, form: Form, endpoint: string) => Promise<unknown>

/**
 * Asks a token endpoint for tokens (RFC 6749 section 3.2).
 *
 * @param form all parameters, `grant_type` included, without client authentication
 * @returns the parsed answer, after the provider's `tokenResponse` hook
 * @throws AuthError `provider_error` with the provider's own code, `provider_bad_response`, `provider_timeout`
 */
export async function requestTokens(context: Context, form: Form, endpoint: string): Promise<Record<string, unknown>> {
  const send = suitsSimpleOauth2(context) ? sendBySimpleOauth2 : sendByOpenidClient
  const answer = await send(context, form, endpoint)
  if (!isObject(answer)) throw new AuthError('provider_bad_response', 'The provider\'s token answer is not a JSON object.', { provider: context.slug })
  const response = context.provider.hooks?.tokenResponse?.(answer) ?? answer
  // Some providers answer 200 and put the error into the body.
  if (isFailure(response)) throw tokenEndpointError(errorCodeOf(response), 400, context.slug, undefined)
  return response
}

/**
 * The one place that decides which library makes a token call: simple-oauth2 where it can, openid-client's generic grant for public
 * clients, clients that sign, form-encoded answers, and applications that bring their own way out (docs/decisions/oauth2-libraries.md).
 */
function suitsSimpleOauth2({ provider, client, outbound }: Context): boolean {
  const method = clientAuthMethod(provider, client)
  return ['basic', 'basic_raw', 'post'].includes(method)
    && provider.tokenResponseFormat !== 'form' && provider.tokenMethod !== 'GET'
    && Object.keys(provider.parameterNames ?? {}).every((name) => name === 'client_id' || name === 'client_secret' || name === 'scope')
    && outbound.fetch === undefined
    && (outbound.dispatcher === undefined || outbound.agent !== undefined)
    && isPrintable(client.clientId) && isPrintable(client.clientSecret ?? '')
}

function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

const sendBySimpleOauth2: Send = async (context, { grant_type: grantType, ...parameters }, endpoint) => {
  const { AuthorizationCode, ClientCredentials } = await import('simple-oauth2')
  const { slug, outbound } = context
  const configuration = simpleOauth2Configuration(context, endpoint)
  const call = async (): Promise<unknown> => {
    if (grantType === 'client_credentials') return (await new ClientCredentials(configuration).getToken(parameters)).token
    const client = new AuthorizationCode(configuration)
    if (grantType !== 'refresh_token') return (await client.getToken(parameters as Form & { code: string; redirect_uri: string })).token
    return (await client.createToken({ refresh_token: parameters['refresh_token'] }).refresh(parameters)).token
  }
  try {
    return await withDeadline(call(), outbound.timeout * tokenTimeoutFactor)
  } catch (error) {
    throw fromSimpleOauth2(error, slug)
  }
}

function simpleOauth2Configuration({ provider, client, outbound }: Context, endpoint: string): ModuleOptions<string> {
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
      ...(isAgent(outbound.agent) ? { agent: uncopied(outbound.agent) } : {}),
    },
  }
}

function isAgent(agent: unknown): agent is object {
  return typeof agent === 'object' && agent !== null
}

/** An agent that survives the library's deep copies of its options, which would lose its connections and its private fields: functions are not copied. */
function uncopied(agent: object): object {
  return new Proxy(() => undefined, {
    get(_function, name) {
      const member: unknown = Reflect.get(agent, name)
      return typeof member === 'function' ? member.bind(agent) as unknown : member
    },
  })
}

// The library's own timeout starts anew for the body; this one is for the whole call.
async function withDeadline<T>(call: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => { reject(new AuthError('provider_timeout', 'The provider did not answer in time.')) }, milliseconds)
  })
  try {
    return await Promise.race([call, deadline])
  } finally {
    clearTimeout(timer)
  }
}

interface Boom { isBoom: boolean; output: { statusCode: number }; data?: { isResponseError?: boolean; payload?: unknown } }

function fromSimpleOauth2(error: unknown, slug: string): AuthError {
  if (error instanceof AuthError) {
    error.provider ??= slug
    return error
  }
  const { isBoom, output, data } = error as Partial<Boom>
  if (!isBoom) return new AuthError('provider_bad_response', 'The provider\'s token answer could not be used.', { provider: slug, cause: error })
  if (output?.statusCode === 504 && !data?.isResponseError) return new AuthError('provider_timeout', 'The provider did not answer in time.', { provider: slug, cause: error })
  return tokenEndpointError(errorCodeOf(data?.payload), output?.statusCode, slug, error)
}

/** The error code of an answer: text as RFC 6749 section 5.2 has it, or the name inside an object, which occurs too. */
function errorCodeOf(payload: unknown): string | undefined {
  const error = isObject(payload) ? payload['error'] : undefined
  const code = isObject(error) ? error['type'] ?? error['code'] ?? error['name'] : error
  return typeof code === 'string' || typeof code === 'number' ? String(code) : undefined
}

function isFailure(answer: Record<string, unknown>): boolean {
  return (answer['access_token'] ?? undefined) === undefined && errorCodeOf(answer) !== undefined
}

const sendByOpenidClient: Send = async (context, { grant_type: grantType = '', ...parameters }, endpoint) => {
  const { slug, provider } = context
  const openidClient = await loadOpenidClient()
  try {
    const configuration = await staticConfiguration(context, { issuer: provider.issuer ?? new URL(endpoint).origin, token_endpoint: endpoint })
    let answer: unknown
    configuration[openidClient.customFetch] = normalisingFetch(context, (parsed) => { answer = parsed })
    await openidClient.genericGrantRequest(configuration, grantType, parameters)
    return answer
  } catch (error) {
    throw fromOpenidClient(error, slug)
  }
}

/**
 * A fetch that hands the library a plain success or error of RFC 6749 and keeps the answer as it came, for servers that answer
 * form-encoded, without `token_type`, with `null` members or with an error under status 200.
 */
function normalisingFetch(context: Context, keep: (parsed: unknown) => void): ReturnType<typeof asFetch> {
  const { http, outbound, provider } = context
  return asFetch(async (request) => {
    const shaped = shapeRequest({ ...request, headers: ownHeaders(request.headers, provider) }, provider)
    const response = await http({ ...shaped, timeout: outbound.timeout * tokenTimeoutFactor })
    const parsed = parseTokenAnswer(response)
    keep(parsed)
    if (!isObject(parsed)) return response
    const failed = isFailure(parsed)
    const plain = failed
      ? { error: errorCodeOf(parsed) }
      // Only the answer as it came counts, after the provider's hook has seen it; the library needs one of the right shape.
      : { access_token: 'kept aside', token_type: 'Bearer' }
    return {
      status: failed ? Math.max(response.status, 400) : response.status === 201 ? 200 : response.status,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(plain)),
    }
  })
}

/** A token request of RFC 6749 under the provider's own parameter names, as JSON, or as a GET, where it wants that. */
function shapeRequest(request: HttpRequest, { parameterNames, tokenMethod, tokenBodyFormat }: ResolvedProvider): HttpRequest {
  const form = renamed(Object.fromEntries(new URLSearchParams(String(request.body ?? ''))), parameterNames)
  const { 'content-type': _form, ...headers } = request.headers ?? {}
  if (tokenMethod === 'GET') return { ...request, method: 'GET', url: withParameters(request.url, form), headers, body: undefined }
  if (tokenBodyFormat === 'json') return { ...request, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(form) }
  return { ...request, body: new URLSearchParams(form).toString() }
}

function parseTokenAnswer({ body, headers }: HttpResponse): unknown {
  const text = utf8(body)
  try {
    return parseJson(text)
  } catch {
    const isForm = (headers['content-type'] ?? '').includes('form') || /^[\w.-]+=/.test(text)
    return isForm ? Object.fromEntries(new URLSearchParams(text)) : undefined
  }
}


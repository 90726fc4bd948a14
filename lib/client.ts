import { inspect } from 'node:util'
import { apiUrl } from './apiUrl.js'
import { createCredentials, type Credentials, type TokenHolder } from './credentials.js'
import { AuthError } from './errors.js'
import { utf8 } from './json.js'
import { loadProtocol } from './protocols/index.js'
import { isDue, refresh } from './refresh.js'
import { isExpired } from './tokens.js'
import type { ApiRequest, AuthUser, Context, HttpResponse, Tokens } from './types.js'

export interface RequestOptions {
  /** Added to the address; a list repeats its name. */
  query?: Record<string, string | number | boolean | undefined | readonly (string | number | boolean)[]>
  headers?: Record<string, string>
  /** Sent as JSON. */
  json?: unknown
  /** Sent form-encoded; a list repeats its name. */
  form?: Record<string, string | number | boolean | readonly (string | number | boolean)[]>
  /** Sent as it is; name its kind in `headers`. */
  body?: string | Uint8Array
  /** Milliseconds for the whole call (default: `http.timeout` of the configuration). */
  timeout?: number
  /** Bytes of the answer (default: 10 MiB). */
  maxBytes?: number
  signal?: AbortSignal
}

export interface ApiResponse<Data = unknown> {
  status: number
  /** Whether the status is 2xx. */
  ok: boolean
  /** Lower-case names. */
  headers: Record<string, string>
  /** Parsed by content type: JSON, form, else text. */
  data: Data
  bytes: () => Uint8Array
}

/** Calls a provider's API as the signed-in person: tokens are put on, renewed when due, and never sent elsewhere. */
export interface ApiClient {
  get: <Data = unknown>(url: string, options?: RequestOptions) => Promise<ApiResponse<Data>>
  head: <Data = unknown>(url: string, options?: RequestOptions) => Promise<ApiResponse<Data>>
  post: <Data = unknown>(url: string, options?: RequestOptions) => Promise<ApiResponse<Data>>
  put: <Data = unknown>(url: string, options?: RequestOptions) => Promise<ApiResponse<Data>>
  patch: <Data = unknown>(url: string, options?: RequestOptions) => Promise<ApiResponse<Data>>
  delete: <Data = unknown>(url: string, options?: RequestOptions) => Promise<ApiResponse<Data>>
  /**
   * @param url relative to the provider's `apiBaseUrl`, or absolute on a host that may receive the token; `{id}` is filled from the user
   * @throws AuthError `host_not_allowed`, `path_escape`, `reauth_required`, `provider_timeout`, `provider_bad_response`,
   * `credentials_gone`; never for an HTTP status
   */
  request: <Data = unknown>(method: string, url: string, options?: RequestOptions) => Promise<ApiResponse<Data>>
  readonly credentials: Credentials
}

const defaultMaxBytes = 10 * 1024 * 1024
const maxRedirects = 5
const methodShape = /^[A-Za-z]{1,20}$/
// The client's own, or a way to smuggle a second request: a caller never sets these.
const forbiddenHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'host', 'connection', 'transfer-encoding', 'content-length'])

/**
 * Makes the API client of one account.
 * @param holder where the account's tokens are kept, so that renewed ones are not lost
 * @param user fills `{id}` and the like in addresses
 */
export function createApiClient(context: Context, holder: TokenHolder, user?: AuthUser): ApiClient {
  const credentials = createCredentials(context, holder)

  const call: ApiClient['request'] = async (method, url, options = {}) => {
    const request = prepare(context, method, apiUrl(context, url, user), options)
    const tokens = await freshTokens(context, holder)
    let response = await send(context, tokens, request, options)
    if (response.status === 401 && tokens.refreshToken !== undefined) {
      const renewed = await renew(context, holder, tokens)
      response = await send(context, renewed, request, options)
    }
    return toApiResponse(response, context.slug)
  }

  const client = {
    get: (url: string, options?: RequestOptions) => call('GET', url, options),
    head: (url: string, options?: RequestOptions) => call('HEAD', url, options),
    post: (url: string, options?: RequestOptions) => call('POST', url, options),
    put: (url: string, options?: RequestOptions) => call('PUT', url, options),
    patch: (url: string, options?: RequestOptions) => call('PATCH', url, options),
    delete: (url: string, options?: RequestOptions) => call('DELETE', url, options),
    request: call,
    credentials,
  } as ApiClient
  return Object.defineProperty(client, inspect.custom, { value: () => `ApiClient { provider: '${context.slug}' }`, enumerable: false })
}

async function freshTokens(context: Context, holder: TokenHolder): Promise<Tokens> {
  const tokens = present(holder.read(), context.slug)
  if (!isDue(tokens, context.now())) return tokens
  try {
    return await renew(context, holder, tokens)
  } catch (error) {
    // A provider that is down for a moment does not take away an access that still holds.
    const isTransient = error instanceof AuthError && (error.code === 'provider_timeout' || error.code === 'provider_bad_response')
    if (isTransient && isExpired(tokens, context.now() / 1000, 0) === false) return tokens
    throw error
  }
}

async function renew(context: Context, holder: TokenHolder, tokens: Tokens): Promise<Tokens> {
  const current = present(holder.read(), context.slug)
  // Another call of this request may have renewed them meanwhile.
  if (current.accessToken !== tokens.accessToken) return current
  const renewed = await refresh(context, current)
  const latest = present(holder.read(), context.slug)
  // Of many calls that waited for one refresh, the first one writes; tokens of a new sign-in are not written over.
  if (latest.accessToken !== current.accessToken) return latest
  await holder.write(renewed)
  return renewed
}

function present(tokens: Tokens | undefined, slug: string): Tokens {
  if (!tokens) throw new AuthError('credentials_gone', 'This account has been signed out.', { provider: slug })
  return tokens
}

function prepare({ provider, slug }: Context, method: string, url: URL, { query = {}, headers = {}, json, form, body }: RequestOptions): ApiRequest {
  if (!methodShape.test(method)) throw new AuthError('bad_request', 'The method of an API call must be a plain word such as GET.', { provider: slug })
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value].flat()) if (item !== undefined) url.searchParams.append(name, String(item))
  }
  const own: Record<string, string> = { accept: 'application/json', ...provider.apiHeaders }
  for (const [name, value] of Object.entries(headers)) own[headerName(name, value, slug)] = value
  if (json !== undefined) return { method: method.toUpperCase(), url: url.href, headers: { 'content-type': 'application/json', ...own }, body: JSON.stringify(json) }
  if (form !== undefined) {
    const pairs = Object.entries(form).flatMap(([name, value]) => [value].flat().map((item) => [name, String(item)] as [string, string]))
    return { method: method.toUpperCase(), url: url.href, headers: { ...own, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(pairs).toString() }
  }
  return { method: method.toUpperCase(), url: url.href, headers: own, body }
}

function headerName(name: string, value: string, slug: string): string {
  const lower = name.toLowerCase()
  if (forbiddenHeaders.has(lower) || !/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(lower) || /[\r\n\0]/.test(value)) {
    throw new AuthError('bad_request', `The header "${lower.replace(/[^\w-]/g, '')}" of an API call is not the caller's to set.`, { provider: slug })
  }
  return lower
}

async function send(context: Context, tokens: Tokens, request: ApiRequest, { timeout, maxBytes = defaultMaxBytes, signal }: RequestOptions): Promise<HttpResponse> {
  const { provider, client, http, slug } = context
  const protocol = await loadProtocol(provider.protocol)
  let current = request
  for (let hops = 0; ; hops++) {
    const prepared = provider.hooks?.apiRequest?.(current, tokens, client) ?? current
    if (new URL(prepared.url).origin !== new URL(current.url).origin) {
      throw new AuthError('host_not_allowed', `The apiRequest hook of providers.${slug} may not send the access token to another host.`, { provider: slug })
    }
    const signed = protocol.sign(context, tokens, prepared)
    const response = await http({ ...signed, maxBytes, signal, ...(timeout === undefined ? {} : { timeout }) })
    const next = hops < maxRedirects ? redirected(current, response) : undefined
    if (!next) return response
    current = next
  }
}

/** The next request of a redirect that stays on the same origin; a redirect elsewhere is the caller's to see, not ours to follow. */
function redirected(request: ApiRequest, { status, headers }: HttpResponse): ApiRequest | undefined {
  const target = headers['location']
  if (![301, 302, 303, 307, 308].includes(status) || target === undefined || !URL.canParse(target, request.url)) return undefined
  const url = new URL(target, request.url)
  if (url.origin !== new URL(request.url).origin) return undefined
  const keepsMethod = status === 307 || status === 308 || request.method === 'GET' || request.method === 'HEAD'
  const { 'content-type': _dropped, ...headersWithoutBody } = request.headers
  return keepsMethod ? { ...request, url: url.href } : { method: 'GET', url: url.href, headers: headersWithoutBody }
}

function toApiResponse<Data>({ status, headers, body }: HttpResponse, slug: string): ApiResponse<Data> {
  return { status, ok: status >= 200 && status < 300, headers, data: parseBody(body, headers['content-type'] ?? '', slug) as Data, bytes: () => body }
}

function parseBody(body: Uint8Array, contentType: string, slug: string): unknown {
  if (body.length === 0) return undefined
  const text = utf8(body)
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(text))
  if (type !== 'application/json' && !type.endsWith('+json')) return text
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new AuthError('provider_bad_response', 'The provider\'s API answered with broken JSON.', { provider: slug, cause })
  }
}

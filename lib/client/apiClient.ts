import { inspect } from 'node:util'
import { whenUsed } from '../base/awaitable.js'
import { sleep } from '../base/timeout.js'
import { accessTo, type ClientTarget } from '../endpoints/grants/accessTo.js'
import type { AuthUser } from '../model/user.js'
import type { ClientContext } from '../refresh/refresher.js'
import type { TokenAccess } from '../tokens/tokenSource.js'
import type { RequestOptions } from './calls/apiRequest.js'
import type { ApiResponse } from './calls/apiResponse.js'
import type { Caller } from './calls/calls.js'
import type { ApiFetchInit } from './calls/fetch.js'
import type { PageOptions } from './calls/pages.js'
import type { Wait } from './calls/retryAfter.js'
import { createCredentials, type Credentials } from './credentials.js'

export type { ClientTarget } from '../endpoints/grants/accessTo.js'
export type { RequestOptions } from './calls/apiRequest.js'
export type { ApiResponse } from './calls/apiResponse.js'
export type { ApiFetchInit } from './calls/fetch.js'
export type { PageOptions } from './calls/pages.js'

const calls = whenUsed(() => import('./calls/calls.js'))

/** Calls a provider's API as the signed-in user: tokens are put on, refreshed when due, and never sent elsewhere. */
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
  /**
   * The same as a platform `Response` whose body is read as it comes: for streams, downloads and progress. Read the body or cancel it.
   * @throws AuthError as `request`; the body ends with `provider_timeout` or `provider_bad_response`
   */
  fetch: (url: string | URL, init?: ApiFetchInit) => Promise<Response>
  /**
   * The pages of a list, by `Link` header (RFC 8288) or as the provider's entry says: `for await (const page of client.pages(url))`.
   * A page that is not 2xx is given, and is the last one.
   * @throws AuthError as `request`; `host_not_allowed` when the next page is elsewhere
   */
  pages: <Data = unknown>(url: string, options?: PageOptions) => AsyncIterable<ApiResponse<Data>>
  /**
   * The same account's client for another audience: its access token is asked for with the account's refresh token (RFC 8707 section 2.2),
   * kept beside the first, and refreshed by itself.
   * @param target `resource`, an absolute URI or several; `scope`, a list; one of them or both
   * @throws AuthError `bad_request`; its calls reject as those of `request`, `reauth_required` where the provider does not give it
   */
  for: (target: ClientTarget) => ApiClient
  readonly credentials: Credentials
  /** What the provider's answers said of this connection, as its entry's `facts` name it; empty where it said nothing. */
  readonly facts: Readonly<Record<string, string>>
}

export interface ApiClientParts {
  /** How a call waits where a provider asks for a pause. */
  wait?: Wait
}

/**
 * Makes the API client of one account.
 * @param access the account's tokens, and where refreshed ones are kept
 * @param user fills `{id}` and the like in addresses
 */
export function createApiClient(
  context: ClientContext,
  access: TokenAccess,
  user?: Partial<AuthUser>,
  parts: ApiClientParts = {},
): ApiClient {
  const credentials = createCredentials(context, access)
  const caller: Caller = { account: { context, access, wait: parts.wait ?? sleep }, user }
  const request: ApiClient['request'] = async (method, url, options = {}) => (await calls()).request(caller, method, url, options)

  const client = {
    get: (url: string, options?: RequestOptions) => request('GET', url, options),
    head: (url: string, options?: RequestOptions) => request('HEAD', url, options),
    post: (url: string, options?: RequestOptions) => request('POST', url, options),
    put: (url: string, options?: RequestOptions) => request('PUT', url, options),
    patch: (url: string, options?: RequestOptions) => request('PATCH', url, options),
    delete: (url: string, options?: RequestOptions) => request('DELETE', url, options),
    request,
    fetch: async (url: string | URL, init: ApiFetchInit = {}) => (await calls()).fetch(caller, url, init),
    async *pages<Data>(url: string, options: PageOptions = {}) {
      yield* await (await calls()).pages<Data>(caller, url, options)
    },
    for: (target: ClientTarget) => createApiClient(context, accessTo(context, access, target), user, parts),
    credentials,
    get facts() {
      return Object.freeze({ ...access.source.current()?.facts })
    },
  } as ApiClient
  return Object.defineProperty(client, inspect.custom, { value: () => `ApiClient { provider: '${context.slug}' }`, enumerable: false })
}

import { inspect } from 'node:util'
import { apiUrl } from './apiUrl.js'
import { apiRequest, type RequestOptions } from './client/apiRequest.js'
import { apiResponse, type ApiResponse } from './client/apiResponse.js'
import { send } from './client/send.js'
import { createCredentials, type Credentials } from './credentials.js'
import { freshTokens, renewedTokens } from './freshTokens.js'
import { canRenew } from './renewals.js'
import type { TokenHolder } from './tokenHolder.js'
import type { AuthUser, Context } from './types.js'

export type { RequestOptions } from './client/apiRequest.js'
export type { ApiResponse } from './client/apiResponse.js'

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

/**
 * Makes the API client of one account.
 * @param holder where the account's tokens are kept, so that renewed ones are not lost
 * @param user fills `{id}` and the like in addresses
 */
export function createApiClient(context: Context, holder: TokenHolder, user?: Partial<AuthUser>): ApiClient {
  const credentials = createCredentials(context, holder)

  const call: ApiClient['request'] = async (method, url, options = {}) => {
    const request = apiRequest(context, method, apiUrl(context, url, user), options)
    const tokens = await freshTokens(context, holder)
    let response = await send(context, tokens, request, options)
    if (response.status === 401 && canRenew(context, tokens, holder.grant)) {
      const renewed = await renewedTokens(context, holder, tokens)
      response = await send(context, renewed, request, options)
    }
    return apiResponse(response, context.slug)
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

// What an API client does when it is called. A process that starts has nothing to call yet: the first call loads this file.
import type { Awaitable } from '../../base/awaitable.js'
import type { ApiRequest } from '../../model/provider.js'
import type { AuthUser } from '../../model/user.js'
import { requireAccess } from '../../protocols/index.js'
import { apiRequest, type RequestOptions } from './apiRequest.js'
import { apiResponse, type ApiResponse } from './apiResponse.js'
import { apiUrl } from './apiUrl.js'
import { connectionOf, exchange, type Account } from './exchange.js'
import { apiFetch, type ApiFetchInit } from './fetch.js'
import { pagesOf, type PageOptions } from './pages.js'

/** Who calls, and the user who fills `{id}` and the like in addresses. */
export interface Caller {
  account: Account
  user: Partial<AuthUser> | undefined
}

const defaultMaxBytes = 10 * 1024 * 1024

export async function request<Data>(caller: Caller, method: string, url: string, options: RequestOptions): Promise<ApiResponse<Data>> {
  const { account } = caller
  return await call(account, apiRequest(account.context, method, await addressOf(caller, url), options), options)
}

export async function fetch(caller: Caller, url: string | URL, init: ApiFetchInit): Promise<Response> {
  return await apiFetch(caller.account, await addressOf(caller, String(url)), init)
}

/** @returns the pages, of which none has been read */
export async function pages<Data>(caller: Caller, url: string, options: PageOptions): Promise<AsyncGenerator<ApiResponse<Data>>> {
  const { account } = caller
  const first = apiRequest(account.context, 'GET', await addressOf(caller, url), options)
  return pagesOf<Data>(account, first, options, (next) => call<Data>(account, next, options))
}

async function call<Data>(account: Account, asked: ApiRequest, options: RequestOptions): Promise<ApiResponse<Data>> {
  const { context } = account
  const { maxBytes = defaultMaxBytes, signal } = options
  const answer = await exchange(
    account,
    asked,
    {
      timeout: options.timeout ?? context.outbound.timeout,
      transmit: (signed, timeout) => context.http({ ...signed, maxBytes, signal, timeout }),
      isReplayable: true,
    },
    options,
  )
  return apiResponse(answer, context.slug)
}

function addressOf({ account, user }: Caller, url: string): Awaitable<URL> {
  const { context } = account
  requireAccess(context)
  return context.provider.facts === undefined
    ? apiUrl(context, url, user)
    : connectionOf(account).then(({ at, facts }) => apiUrl(at, url, { ...facts, ...user }))
}

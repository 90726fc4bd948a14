import { AuthError } from '../../base/errors.js'
import type { ApiRequest, Pagination } from '../../model/provider.js'
import { loadProtocol } from '../../protocols/index.js'
import type { RequestOptions } from './apiRequest.js'
import type { ApiResponse } from './apiResponse.js'
import { connectionOf, type Account } from './exchange.js'
import { nextPage } from './nextPage.js'

export interface PageOptions extends Omit<RequestOptions, 'json' | 'form' | 'body'> {
  /** How this list names its next page, if not as the provider's entry says. */
  pagination?: Pagination
  /** Pages to read at most (default: all). */
  maxPages?: number
}

/**
 * The pages of a list, one after the other as they are asked for. A page that is not 2xx is given, and is the last one.
 *
 * @param first the request of the first page
 * @param call makes a request
 * @throws AuthError `host_not_allowed` when the next page is elsewhere, before anything is sent there; `provider_bad_response` when a
 * page leads to one that has been read
 */
export async function* pagesOf<Data>(
  account: Account,
  first: ApiRequest,
  { pagination = account.context.provider.pagination, maxPages = Infinity }: PageOptions,
  call: (request: ApiRequest) => Promise<ApiResponse<Data>>,
): AsyncGenerator<ApiResponse<Data>> {
  const { context, access } = account
  const read = new Set<string>()
  let request = first
  for (let count = 1; count <= maxPages; count++) {
    read.add(request.url)
    const page = await call(request)
    yield page
    const named =
      page.ok && count < maxPages
        ? nextPage((await connectionOf(account)).at, request.url, page, pagination, access.source.current()?.accessToken)
        : undefined
    if (!named) return
    const next = (await loadProtocol(context.provider)).unsigned(named)
    if (read.has(next.href))
      throw new AuthError('provider_bad_response', "The provider's pages lead round in a circle.", { provider: context.slug })
    request = { ...request, url: next.href }
  }
}

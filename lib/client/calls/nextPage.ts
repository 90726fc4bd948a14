import { AuthError } from '../../base/errors.js'
import { readPath } from '../../base/path.js'
import type { Context } from '../../model/context.js'
import type { Pagination } from '../../model/provider.js'
import type { ApiResponse } from './apiResponse.js'
import { allowedUrl } from './apiUrl.js'

/**
 * Where the page after this one is: by a `Link` header (RFC 8288) with `rel="next"`, else as the pagination says.
 *
 * @param address the address of this page
 * @param accessToken taken off the next address, where some providers put it
 * @returns `undefined` on the last page
 * @throws AuthError `host_not_allowed`, `provider_bad_response`
 */
export function nextPage(
  context: Context,
  address: string,
  { headers, data }: ApiResponse,
  pagination: Pagination | undefined,
  accessToken: string | undefined,
): URL | undefined {
  const linked = nextLink(headers['link'] ?? '')
  if (linked !== undefined) return nextAddress(context, address, linked, accessToken)
  if (!pagination) return undefined
  const value = readPath(data, 'next' in pagination ? pagination.next : pagination.cursor)
  if (value === '' || (typeof value !== 'string' && typeof value !== 'number')) return undefined
  if ('next' in pagination) return nextAddress(context, address, String(value), accessToken)
  const url = new URL(address)
  url.searchParams.set(pagination.parameter, String(value))
  return url
}

function nextAddress(context: Context, address: string, target: string, accessToken: string | undefined): URL {
  const { provider, slug } = context
  if (!URL.canParse(target, address))
    throw new AuthError('provider_bad_response', "The provider's link to the next page is not a URL.", { provider: slug })
  const url = allowedUrl(context, new URL(target, address).href)
  const tokenParameter = provider.tokenParameter ?? 'access_token'
  if (accessToken !== undefined && url.searchParams.get(tokenParameter) === accessToken) url.searchParams.delete(tokenParameter)
  return url
}

// A target, or a parameter of the target before it; what stands between quotes is neither.
const linkPart = /<([^<>]*)>|;\s*([\w!#$%&'*+.^`|~-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g

/** The target of the first link to the next page. */
function nextLink(header: string): string | undefined {
  const links: { target: string; parameters: Map<string, string> }[] = []
  for (const [, target, name, quoted, token] of header.matchAll(linkPart)) {
    if (target !== undefined) links.push({ target, parameters: new Map() })
    // Only the first `rel` of a link counts (RFC 8288 section 3.3).
    else if (name !== undefined && links.at(-1)?.parameters.has(name.toLowerCase()) === false)
      links.at(-1)?.parameters.set(name.toLowerCase(), quoted ?? token ?? '')
  }
  // A link with an anchor is one from another place (RFC 8288 section 3.2).
  return links.find(({ parameters }) => !parameters.has('anchor') && parameters.get('rel')?.toLowerCase().split(/\s+/).includes('next'))
    ?.target
}

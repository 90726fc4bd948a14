import { AuthError } from '../errors.js'
import type { ApiRequest, Context } from '../types.js'

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

const methodShape = /^[A-Za-z]{1,20}$/
// The client's own, or a way to smuggle a second request: a caller never sets these.
const forbiddenHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'host', 'connection', 'transfer-encoding', 'content-length'])

/**
 * The request that a caller's options describe, not signed yet.
 * @param url where it goes, already checked
 * @throws AuthError `bad_request` for a method or a header that is not the caller's to set
 */
export function apiRequest({ provider, slug }: Context, method: string, url: URL, { query = {}, headers = {}, json, form, body }: RequestOptions): ApiRequest {
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

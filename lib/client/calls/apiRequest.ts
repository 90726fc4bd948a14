import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import type { ApiRequest } from '../../model/provider.js'

type Scalar = string | number | boolean

/** How long an API call may take, and when it is made once more. */
export interface CallLimits {
  /** Milliseconds for an answer, with the redirects on the way to it; a request that is made once more has as many again (default: `http.timeout` of the configuration). */
  timeout?: number
  signal?: AbortSignal
  /** Seconds that a status 429 may ask to wait before the request is made once more (default: 10); `false` to be given the 429. */
  retryAfter?: number | false
}

export interface RequestOptions extends CallLimits {
  /** Added to the address; a list repeats its name. */
  query?: Record<string, Scalar | undefined | readonly Scalar[]>
  headers?: Record<string, string>
  /** Sent as JSON. */
  json?: unknown
  /** Sent form-encoded; a list repeats its name. */
  form?: Record<string, Scalar | undefined | readonly Scalar[]>
  /** Sent as it is; name its kind in `headers`. */
  body?: string | Uint8Array
  /** Bytes of the answer (default: 10 MiB). */
  maxBytes?: number
}

/** Of a form-encoded body (HTML Standard, application/x-www-form-urlencoded). */
export const formType = 'application/x-www-form-urlencoded'

const methodShape = /^[A-Za-z]{1,20}$/
// The client's own, or a way to smuggle a second request: a caller never sets these.
const forbiddenHeaders = new Set([
  'authorization',
  'proxy-authorization',
  'proxy-connection',
  'cookie',
  'host',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'transfer-encoding',
  'content-length',
  'dpop',
])
const headerShape = /^[a-z0-9!#$%&'*+.^_`|~-]+$/

/**
 * The request that a caller's options describe, not signed yet.
 * @param url where it goes, already checked
 * @throws AuthError `bad_request` for a method or a header that is not the caller's to set
 */
export function apiRequest(context: Context, method: string, url: URL, options: RequestOptions): ApiRequest {
  const { query, headers, json, form, body } = options
  if (query) {
    for (const [name, value] of pairs(query)) url.searchParams.append(name, value)
  }
  const described = { method: methodOf(method, context.slug), url: url.href, headers: headersOf(context, headers) }
  if (json !== undefined)
    return { ...described, headers: { 'content-type': 'application/json', ...described.headers }, body: JSON.stringify(json) }
  if (form !== undefined)
    return { ...described, headers: { ...described.headers, 'content-type': formType }, body: new URLSearchParams(pairs(form)).toString() }
  return body === undefined ? described : { ...described, body }
}

/**
 * A method in capitals.
 * @throws AuthError `bad_request`
 */
export function methodOf(method: string, slug: string): string {
  if (!methodShape.test(method))
    throw new AuthError('bad_request', 'The method of an API call must be a plain word such as GET.', { provider: slug })
  return method.toUpperCase()
}

/**
 * The headers of a call: those of the provider's entry, and the caller's over them.
 * @throws AuthError `bad_request`
 */
export function headersOf(
  { provider, slug }: Context,
  headers: Record<string, string> | undefined,
  accept = 'application/json',
): Record<string, string> {
  const own: Record<string, string> = { accept, ...provider.apiHeaders }
  for (const name in headers) {
    const lower = name.toLowerCase()
    const value = headers[name] ?? ''
    if (forbiddenHeaders.has(lower) || !headerShape.test(lower) || /[\r\n\0]/.test(value)) {
      throw new AuthError('bad_request', `The header "${lower.replace(/[^\w-]/g, '')}" of an API call is not the caller's to set.`, {
        provider: slug,
      })
    }
    own[lower] = value
  }
  return own
}

function pairs(values: Required<RequestOptions>['query']): [string, string][] {
  return Object.entries(values).flatMap(([name, value]) => {
    const items = Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar | undefined]
    return items.filter((item) => item !== undefined).map((item) => [name, String(item)] as [string, string])
  })
}

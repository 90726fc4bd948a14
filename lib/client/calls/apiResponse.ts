import { AuthError } from '../../base/errors.js'
import { utf8 } from '../../base/json.js'
import type { HttpResponse } from '../../model/http.js'
import { formType } from './apiRequest.js'

export interface ApiResponse<Data = unknown> {
  status: number
  /** Whether the status is 2xx. */
  ok: boolean
  /** Lower-case names. */
  headers: Record<string, string>
  /** Parsed by content type: JSON, form, else text; `undefined` where there is no body. */
  data: Data
  bytes: () => Uint8Array
}

/**
 * What a caller gets of an answer.
 * @throws AuthError `provider_bad_response` for JSON that is none
 */
export function apiResponse<Data>({ status, headers, body }: HttpResponse, slug: string): ApiResponse<Data> {
  return {
    status,
    ok: status >= 200 && status < 300,
    headers,
    data: parseBody(body, headers['content-type'] ?? '', slug) as Data,
    bytes: () => body,
  }
}

function parseBody(body: Uint8Array, contentType: string, slug: string): unknown {
  if (body.length === 0) return undefined
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === formType) return Object.fromEntries(new URLSearchParams(utf8(body)))
  if (type !== 'application/json' && !type.endsWith('+json')) return textOf(body, contentType)
  try {
    // JSON is UTF-8, whatever else the header says (RFC 8259 section 8.1).
    return JSON.parse(utf8(body)) as unknown
  } catch (cause) {
    throw new AuthError('provider_bad_response', "The provider's API answered with broken JSON.", { provider: slug, cause })
  }
}

function textOf(body: Uint8Array, contentType: string): string {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1]
  if (charset === undefined || /^utf-?8$/i.test(charset)) return utf8(body)
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    // A name that nobody knows.
    return utf8(body)
  }
}

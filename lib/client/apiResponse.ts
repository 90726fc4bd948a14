import { AuthError } from '../errors.js'
import { utf8 } from '../json.js'
import type { HttpResponse } from '../types.js'

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

/**
 * What a caller gets of an answer.
 * @throws AuthError `provider_bad_response` for JSON that is none
 */
export function apiResponse<Data>({ status, headers, body }: HttpResponse, slug: string): ApiResponse<Data> {
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

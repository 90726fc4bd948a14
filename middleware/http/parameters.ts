import { AuthError } from '../../lib/base/errors.js'
import { isObject, parseJson } from '../../lib/base/json.js'

/** Parameter of a login that says that a signed-in user adds the account instead of signing in with it. */
export const linkMarker = 'link'

const maxValueLength = 8192

/** Parameters of a request, each once. Repeated ones and structures are refused, so that no check reads another value than the next. */
export type Parameters = Readonly<Record<string, string>>

/**
 * The query of a request.
 * @throws AuthError `bad_request` for a repeated, structured or overlong parameter
 */
export function queryParameters(url: string): Parameters {
  const mark = url.indexOf('?')
  return mark < 0 ? {} : fromPairs(new URLSearchParams(url.slice(mark + 1)))
}

/**
 * The parameters of a body that was read as text.
 * @param type its media type, in lower case and without parameters
 * @throws AuthError `bad_request`
 */
export function textParameters(type: string, text: string): Parameters {
  if (type === 'application/x-www-form-urlencoded') return fromPairs(new URLSearchParams(text))
  if (type === 'application/json') return parsedParameters(text === '' ? {} : parse(text))
  throw new AuthError('bad_request', 'Send the parameters as a form or as JSON.')
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new AuthError('bad_request', 'The body of this request is not JSON.', { cause })
  }
}

/**
 * The parameters of a body that a body parser has read.
 * @throws AuthError `bad_request`
 */
export function parsedParameters(body: unknown): Parameters {
  if (!isObject(body)) return {}
  // A body parser may keep scalars; `provider: true` means the same in JSON as in a form.
  return fromPairs(
    Object.entries(body).map(([name, value]) => [name, typeof value === 'boolean' || typeof value === 'number' ? String(value) : value]),
  )
}

function fromPairs(pairs: Iterable<readonly [string, unknown]>): Parameters {
  const parameters: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of pairs) {
    if (typeof value !== 'string' || name in parameters || /[[\]]/.test(name))
      throw new AuthError('bad_request', 'Each parameter may be given once, as plain text.')
    if (value.length > maxValueLength) throw new AuthError('bad_request', 'A parameter of this request is too long.')
    parameters[name] = value
  }
  return parameters
}

/** Whether a parameter says yes, as a form's checkbox or a script writes it. */
export function isYes(value: string | undefined): boolean {
  return value !== undefined && ['1', 'true', 'on', 'yes'].includes(value)
}

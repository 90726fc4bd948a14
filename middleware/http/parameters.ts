import { AuthError } from '../../lib/base/errors.js'
import { isObject, parseJson, utf8 } from '../../lib/base/json.js'
import { headerOf, type Request } from './host.js'

const maxBodyBytes = 64 * 1024
/** Milliseconds that a visitor's body may take. */
const bodyTimeout = 10_000
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
 * The form or JSON body of a request, read here unless a body parser ran before.
 * @throws AuthError `bad_request`, `too_large`
 */
export async function bodyParameters(req: Request): Promise<Parameters> {
  if (isParsed(req)) return fromParsed(req.body)
  const type = headerOf(req, 'content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === undefined) return {}
  const text = utf8(await readBody(req))
  if (type === 'application/x-www-form-urlencoded') return fromPairs(new URLSearchParams(text))
  if (type === 'application/json') return fromParsed(text === '' ? {} : parse(text))
  throw new AuthError('bad_request', 'Send the parameters as a form or as JSON.')
}

// A parser of Express 4 leaves an empty object for kinds of bodies that it does not read, and the body unread.
function isParsed({ body, readableEnded }: Request): boolean {
  return body !== undefined && (readableEnded || !isObject(body) || Object.keys(body).length > 0)
}

async function readBody(req: Request): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let size = 0
  const timer = setTimeout(() => req.destroy(), bodyTimeout)
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBodyBytes) throw new AuthError('too_large', 'The body of this request is too large.')
      parts.push(chunk)
    }
    return Buffer.concat(parts)
  } catch (error) {
    if (error instanceof AuthError) throw error
    throw new AuthError('bad_request', 'The body of this request could not be read.', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new AuthError('bad_request', 'The body of this request is not JSON.', { cause })
  }
}

function fromParsed(body: unknown): Parameters {
  if (!isObject(body)) return {}
  // A body parser may keep scalars; `provider: true` means the same in JSON as in a form.
  return fromPairs(Object.entries(body).map(([name, value]) => [name, typeof value === 'boolean' || typeof value === 'number' ? String(value) : value]))
}

function fromPairs(pairs: Iterable<readonly [string, unknown]>): Parameters {
  const parameters: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [name, value] of pairs) {
    if (typeof value !== 'string' || name in parameters || /[[\]]/.test(name)) throw new AuthError('bad_request', 'Each parameter may be given once, as plain text.')
    if (value.length > maxValueLength) throw new AuthError('bad_request', 'A parameter of this request is too long.')
    parameters[name] = value
  }
  return parameters
}

/** Whether a parameter says yes, as a form's checkbox or a script writes it. */
export function isYes(value: string | undefined): boolean {
  return value !== undefined && ['1', 'true', 'on', 'yes'].includes(value)
}

import { AuthError } from '../../lib/base/errors.js'
import { isObject, utf8 } from '../../lib/base/json.js'
import { parsedParameters, type Parameters, textParameters } from '../http/parameters.js'
import type { Request } from './nodeTypes.js'

const maxBodyBytes = 64 * 1024
/** Milliseconds that a visitor's body may take. */
const bodyTimeout = 10_000

/**
 * The form or JSON body of a request, read here unless a body parser ran before.
 * @throws AuthError `bad_request`, `too_large`
 */
export async function bodyParameters(req: Request): Promise<Parameters> {
  if (isParsed(req)) return parsedParameters(req.body)
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === undefined) return {}
  return textParameters(type, utf8(await readBody(req)))
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

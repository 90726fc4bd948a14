import { isObject, parseJson } from '../../base/json.js'

/** Characters of a token: nobody's claims need more. */
export const maxTokenLength = 100_000

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A part of a signed token as JSON, read strictly: base64url in its one spelling (RFC 4648 section 3.5), UTF-8 without a byte order mark,
 * an object, and no name twice (RFC 7515 section 4, RFC 7519 section 4).
 *
 * @param mayBePadded whether it may also end in the padding that such tokens leave out
 * @returns `undefined` for anything else
 */
export function readPart(part: string, mayBePadded = false): Record<string, unknown> | undefined {
  if (!isPlainBase64url(part, mayBePadded)) return undefined
  try {
    const text = decoder.decode(Buffer.from(part, 'base64url'))
    if (text.startsWith('\ufeff')) return undefined
    const value = parseJson(text)
    return isObject(value) && (isWrittenOnce(text, value) || !repeatsName(text)) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a text is base64url as an encoder writes it: no other text stands for the same bytes, but perhaps one with its padding. */
export function isPlainBase64url(text: string, mayBePadded = false): boolean {
  const plain = Buffer.from(text, 'base64url').toString('base64url')
  return plain === text || (mayBePadded && plain.padEnd(Math.ceil(plain.length / 4) * 4, '=') === text)
}

/** Whether it is the very text that would be written of the value, which has each name once: it mostly is, and much sooner compared than read. */
function isWrittenOnce(text: string, value: unknown): boolean {
  return JSON.stringify(value) === text
}

// A string, with the colon that makes a name of it; or a bracket.
const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g

/** @param text that is JSON */
function repeatsName(text: string): boolean {
  const open: Set<string>[] = []
  for (const [token, quoted, colon] of text.matchAll(tokens)) {
    if (quoted === undefined) {
      if (token === '{' || token === '[') open.push(new Set())
      else open.pop()
    } else if (colon !== undefined) {
      const name = JSON.parse(quoted) as string
      if (open.at(-1)?.has(name)) return true
      open.at(-1)?.add(name)
    }
  }
  return false
}

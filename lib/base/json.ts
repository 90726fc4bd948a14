const maxDepth = 20

/**
 * Parses JSON of a provider: whole numbers that JavaScript cannot hold exactly become strings, so that ids keep their last digits.
 *
 * @param text a JSON text, with or without a byte order mark
 * @throws SyntaxError for anything that is not JSON, or is nested deeper than 20 levels
 */
export function parseJson(text: string): unknown {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  const plain: unknown = JSON.parse(source)
  // Only what is JSON gets to the expression below: an unfinished string would take it quadratic time.
  const value: unknown = /\d{16}/.test(source) ? JSON.parse(quoteLargeIntegers(source)) : plain
  if (isDeeperThan(value, maxDepth)) throw new SyntaxError(`JSON nested deeper than ${String(maxDepth)} levels`)
  return value
}

/** The same, and `undefined` for a text that is no such JSON. */
export function readJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

// Strings are matched too, so that digits inside them are passed over.
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

function quoteLargeIntegers(text: string): string {
  return text.replace(stringOrNumber, (token) => (/^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token))
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value).some((member) => isDeeperThan(member, levels - 1))
}

/** Whether a parsed value is a JSON object: not an array, not `null`. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member of anything: `undefined` where there is none. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** A value that is text; `undefined` for any other. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The text of an answer: bytes read as UTF-8. */
export function utf8(body: Uint8Array): string {
  return new TextDecoder().decode(body)
}

/** Whether a value is an object of a literal or of JSON, and no instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // A prototype without a prototype of its own is Object.prototype, of whatever realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** Of an object, the members that are text; `undefined` where there is none. */
export function textsOf(value: unknown): Record<string, string> | undefined {
  const texts = isObject(value) ? Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string') : []
  return texts.length === 0 ? undefined : Object.fromEntries(texts)
}

/** One parameter, decoded; a name may occur in several pairs. */
export type ParameterPair = [name: string, value: string]

/** One parameter whose name and value are percent-encoded as RFC 5849 section 3.6 asks: as signatures and headers need it. */
export type EncodedPair = [name: string, value: string]

const unreserved = /^[\w.~-]*$/
// Escapes in capitals, of ASCII characters that have to be escaped, or of whole characters of two or three bytes: all that encoding anew
// would leave as they are, but for the rarer ones.
const wellEncoded =
  /^(?:[\w.~-]|%(?:[01][\dA-F]|2[\dABCF]|3[A-F]|40|5[B-E]|60|7[BCDF]|(?:C[2-9A-F]|D[\dA-F]|E[1-9ABCEF]%[89AB][\dA-F])%[89AB][\dA-F]))*$/
const keptByJavaScript = /[!'()*]/
const printableAscii = /^[\x20-\x7e]*$/

/**
 * Percent-encodes text as UTF-8, leaving letters, digits and `-._~` alone (RFC 5849, 3.6).
 *
 * @throws Error when `text` holds half a surrogate pair
 */
export function percentEncode(text: string): string {
  // Most values need no encoding: finding that out costs less than doing it regardless.
  return unreserved.test(text) ? text : encoded(text)
}

function encoded(text: string): string {
  try {
    const escaped = encodeURIComponent(text)
    return keptByJavaScript.test(escaped) ? escaped.replace(/[!'()*]/g, escapedSign) : escaped
  } catch (cause) {
    throw new Error('Cannot percent-encode text that holds half a surrogate pair: pass well-formed Unicode', { cause })
  }
}

function escapedSign(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
}

/** Percent-encodes decoded parameters, in their order (RFC 5849, 3.4.1.3.2). */
export function encodePairs(pairs: readonly ParameterPair[]): EncodedPair[] {
  return pairs.map(([name, value]) => [percentEncode(name), percentEncode(value)])
}

/**
 * Collects the parameters of a query or a form-encoded body, in their order, in the encoding of signatures: the same pairs as
 * `URLSearchParams` finds (RFC 5849, 3.4.1.3.1), each encoded anew.
 *
 * @param text form-encoded text, without a leading question mark
 */
export function encodedPairs(text: string): EncodedPair[] {
  const pairs: EncodedPair[] = []
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf('&', start)
    if (end < 0) end = text.length
    if (end > start) pairs.push(encodedPair(text, start, end))
  }
  return pairs
}

function encodedPair(text: string, start: number, end: number): EncodedPair {
  const equals = text.indexOf('=', start)
  if (equals < 0 || equals > end) return [encodedAnew(text.slice(start, end)), '']
  return [encodedAnew(text.slice(start, equals)), encodedAnew(text.slice(equals + 1, end))]
}

// Most names and values stand in a form as they do in a signature, but for the plus signs.
function encodedAnew(text: string): string {
  if (unreserved.test(text)) return text
  const spaced = withoutPlusSigns(text)
  return wellEncoded.test(spaced) ? spaced : encoded(decoded(spaced))
}

// What replaceAll('+', '%20') does, in half the time.
function withoutPlusSigns(text: string): string {
  let spaced = ''
  let start = 0
  for (let plus = text.indexOf('+'); plus >= 0; plus = text.indexOf('+', start)) {
    spaced += `${text.slice(start, plus)}%20`
    start = plus + 1
  }
  return start === 0 ? text : spaced + text.slice(start)
}

function decoded(text: string): string {
  // Node's parser misreads characters beyond ASCII beside a broken escape, so they go in escaped.
  const ascii = printableAscii.test(text) ? text : text.toWellFormed().replace(/[^\x20-\x7e]+/g, encodeURIComponent)
  try {
    return decodeURIComponent(ascii)
  } catch {
    // Broken escapes are read as every server's form parser reads them.
    return new URLSearchParams(`?value=${ascii}`).get('value') ?? ''
  }
}

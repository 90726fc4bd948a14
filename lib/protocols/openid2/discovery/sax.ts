import type { SAXParser } from 'sax'
import { whenUsed } from '../../../base/awaitable.js'

/** The parser, loaded when something is discovered for the first time. */
export const loadSax = whenUsed(() => import('sax').then((module) => module.default))

/** What ends the reading of a document: what follows is of no use, or of harm. */
export class EndOfReading extends Error {}

/** Characters that the parser is given at once, and milliseconds after which it is given no more: some documents take it long on purpose. */
const chunk = 16_384
const maxTime = 300

/**
 * Reads a document with a parser until its end, or until a handler of it throws `EndOfReading`.
 * @returns whether it was read to its end
 */
export function readThrough(parser: SAXParser, text: string): boolean {
  const end = performance.now() + maxTime
  try {
    for (let start = 0; start < text.length; start += chunk) {
      if (start > 0 && performance.now() > end) return false
      parser.write(text.slice(start, start + chunk))
    }
    parser.close()
    return true
  } catch (error) {
    if (error instanceof EndOfReading) return false
    throw error
  }
}

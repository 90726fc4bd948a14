import type { AuthError } from './errors.js'
import { asText, member } from './json.js'

const maxLength = 200
const maxDepth = 8

/**
 * What went wrong underneath an error, as one line for a log: codes and hosts of the network and of libraries, and of any other cause its
 * name and message, cut to 200 characters. What looks like a token, an address of a person or a query is masked.
 *
 * @returns `undefined` where there is no cause, or where it says nothing that may be told
 */
export function causeMessage(error: AuthError): string | undefined {
  try {
    const chain = causes(error.cause)
    return networkMessage(chain) ?? firstMessage(chain)
  } catch {
    // A cause is anybody's object: one that cannot be read must not keep a line out of the log.
    return undefined
  }
}

function causes(cause: unknown): object[] {
  const chain: object[] = []
  for (let next = cause; chain.length < maxDepth; next = member(next, 'cause') ?? first(member(next, 'errors'))) {
    if (typeof next === 'string') return [...chain, { message: next }]
    if (typeof next !== 'object' || next === null) break
    chain.push(next)
  }
  return chain
}

/** A failure of the network by its code and by what was not reached: of Node.js (`ENOTFOUND`) and of undici (`UND_ERR_...`). */
function networkMessage(chain: readonly object[]): string | undefined {
  const failed = chain.filter((cause) => /^(?:E[A-Z]{3,}|UND_ERR_[A-Z_]+)$/.test(code(cause) ?? ''))
  const host = failed.map(hostOf).find((found) => found !== '') ?? ''
  const [cause] = failed
  return cause && [code(cause), host].filter(Boolean).join(' ')
}

function hostOf(cause: object): string {
  const host = asText(member(cause, 'hostname')) ?? asText(member(cause, 'address'))
  const port = member(cause, 'port')
  if (host === undefined || !/^[\w.:%-]{1,253}$/.test(host)) return ''
  return typeof port === 'number' ? `${host.includes(':') ? `[${host}]` : host}:${String(port)}` : host
}

function firstMessage(chain: readonly object[]): string | undefined {
  const [cause] = chain
  if (cause === undefined) return undefined
  const name = code(cause) ?? mask(asText(member(cause, 'name')) ?? '')
  // What JSON.parse throws quotes the text that it was given.
  const message = asText(member(cause, 'name')) === 'SyntaxError' ? '' : mask(asText(member(cause, 'message')) ?? '')
  const line = [name, message].filter((part) => part !== '').join(': ')
  return line === '' ? undefined : line.slice(0, maxLength)
}

function code(cause: object): string | undefined {
  const value = asText(member(cause, 'code'))
  return value !== undefined && /^[A-Z0-9_]{2,64}$/.test(value) ? value : undefined
}

/** A text on one line, without what may be a token, an e-mail address or the query of a URL. */
function mask(message: string): string {
  return message
    .slice(0, 4 * maxLength)
    .replace(/[\s\p{C}\u2028\u2029]+/gu, ' ')
    .replace(/[?#][^\s"'`<>]+/g, '?[masked]')
    .replace(/[^\s"'`<>@]+@[^\s"'`<>]+/g, '[masked]')
    .replace(/[\w+/~%=-]{16,}(?:\.[\w+/~%=-]+)*/g, '[masked]')
    .trim()
    .slice(0, maxLength)
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined
}

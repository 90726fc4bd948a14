import { AuthError } from '../../lib/base/errors.js'
import { isObject, textsOf } from '../../lib/base/json.js'
import type { Transaction } from '../../lib/model/login.js'

/** Bytes of one record's JSON: sealed it fits into one cookie, of which browsers take 4,096 bytes with its name and attributes. */
const maxBytes = 2_850

/**
 * A login as it can be kept: without the place to return to where there is no room for it, so that the person ends up at the default.
 * The application's own state is never left out.
 * @throws AuthError `too_large` when there is no room for the rest either, such as a provider's request token
 */
export function bounded(transaction: Transaction): Transaction {
  if (fits(transaction)) return transaction
  const { returnTo: _returnTo, ...rest } = transaction
  if (!fits(rest))
    throw new AuthError('too_large', 'What has to be remembered of this sign-in is too large.', { provider: transaction.slug })
  return rest
}

function fits(transaction: Transaction): boolean {
  return Buffer.byteLength(JSON.stringify(transaction)) <= maxBytes
}

/** What the members are called in a cookie, which travels with every request. */
const letters = {
  slug: 's',
  id: 'i',
  stateHash: 'h',
  target: 't',
  createdAt: 'c',
  returnTo: 'r',
  nonce: 'n',
  codeVerifier: 'v',
  dpopKey: 'd',
  requestToken: 'q',
  requestTokenSecret: 'k',
  scope: 'o',
  maxAge: 'a',
  remember: 'm',
  stepUp: 'u',
  resend: 'f',
  silent: 'z',
  linkTo: 'l',
  state: 'x',
  parameters: 'p',
  own: 'w',
} as const satisfies Record<keyof Transaction, string>

const lettered = Object.entries(letters) as [keyof Transaction, string][]

/** The shortest form of a record. */
export function packed(transaction: Transaction): Record<string, unknown> {
  const short: Record<string, unknown> = {}
  for (const [name, letter] of lettered) if (transaction[name] !== undefined) short[letter] = transaction[name]
  return short
}

export function unpacked(value: unknown): Transaction | undefined {
  if (!isObject(value)) return undefined
  const whole: Record<string, unknown> = {}
  for (const [name, letter] of lettered) whole[name] = value[letter]
  return readTransaction(whole)
}

const texts = ['slug', 'id', 'stateHash', 'target'] as const
const optionalTexts = ['returnTo', 'nonce', 'codeVerifier', 'dpopKey', 'requestToken', 'requestTokenSecret', 'stepUp', 'linkTo'] as const
const optionalFlags = ['remember', 'resend', 'silent'] as const

/** Reads a record that was opened from its seal: perhaps another version of us made it, so only known members of the right kind are taken. */
export function readTransaction(value: unknown): Transaction | undefined {
  if (!isObject(value) || typeof value['createdAt'] !== 'number' || texts.some((name) => typeof value[name] !== 'string')) return undefined
  const { createdAt, maxAge, scope, state } = value
  const parameters = textsOf(value['parameters'])
  const own = textsOf(value['own'])
  const read: Record<string, unknown> = { createdAt }
  for (const name of texts) read[name] = value[name]
  for (const name of optionalTexts) if (typeof value[name] === 'string') read[name] = value[name]
  for (const name of optionalFlags) if (typeof value[name] === 'boolean') read[name] = value[name]
  if (typeof maxAge === 'number') read['maxAge'] = maxAge
  if (parameters) read['parameters'] = parameters
  if (own) read['own'] = own
  if (Array.isArray(scope)) read['scope'] = scope.filter((item) => typeof item === 'string')
  if (state !== undefined) read['state'] = state
  return read as unknown as Transaction
}

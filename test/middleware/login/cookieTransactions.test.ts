import { describe, expect, test } from '@jest/globals'
import { randomToken, sha256 } from '../../../lib/base/random.js'
import { createSealer, type Sealer } from '../../../lib/base/seal.js'
import type { Transaction } from '../../../lib/types.js'
import { cookieTransactions } from '../../../middleware/login/cookieTransactions.js'
import { bytesOf, keptAfter, measuredJar } from '../../support/measuredJar.js'

const sealer = createSealer(['a secret of the tests, long enough to seal'], 'app')
let clock = 1_800_000_000_000

const transactionOf = (parts: Partial<Transaction> = {}): Transaction => ({
  slug: 'corp',
  id: randomToken(16),
  stateHash: sha256(randomToken()),
  target: sha256('target'),
  createdAt: clock++,
  scope: ['openid', 'profile', 'email'],
  returnTo: '/',
  nonce: randomToken(),
  codeVerifier: randomToken(),
  ...parts,
})

interface Put {
  cookies: Map<string, string>
  lines: string[]
  opened: number
}

/** One start of a login by a browser with these cookies. */
async function put(cookies: Map<string, string>, transaction = transactionOf(), secure = false): Promise<Put> {
  let opened = 0
  const counting: Sealer = {
    ...sealer,
    open: (...call) => {
      opened++
      return sealer.open(...call)
    },
  }
  const { jar, lines } = measuredJar(cookies, { secure })
  await cookieTransactions(jar, counting, 'ar').put(transaction)
  return { cookies: keptAfter(cookies, lines()), lines: lines(), opened }
}

const found = (cookies: Map<string, string>, login: Transaction, secure = false): Promise<Transaction | undefined> =>
  cookieTransactions(measuredJar(cookies, { secure }).jar, sealer, 'ar').find(login)
const expired = (lines: string[]): number => lines.filter((line) => /; max-age=0\b/i.test(line)).length
const forgedName = (index: number): string => `ar.tx.${String(index).padStart(12, '0')}`

test('A login is found again as it was', async () => {
  const transaction = transactionOf({ requestToken: 'a', requestTokenSecret: 'b', maxAge: 0, remember: false })
  expect(await found((await put(new Map(), transaction)).cookies, transaction)).toEqual(transaction)
})

test('A login is found by provider and state together, each in a cookie of its own', async () => {
  const one = transactionOf({ slug: 'one' })
  const other = transactionOf({ slug: 'other', stateHash: one.stateHash })
  const { cookies } = await put((await put(new Map(), one)).cookies, other)
  expect(cookies.size).toBe(2)
  expect(await found(cookies, one)).toEqual(one)
  expect(await found(cookies, other)).toEqual(other)
  // Not even where somebody moved a cookie to another's name.
  const [first, second] = cookies.keys()
  expect(await found(new Map([[second ?? '', cookies.get(first ?? '') ?? '']]), other)).toBeUndefined()
})

describe.each([
  ['http', false],
  ['https', true],
])('Over %s', (_scheme, secure) => {
  test('ten tabs fit, and an eleventh makes the oldest give way', async () => {
    let cookies = new Map<string, string>()
    const logins = Array.from({ length: 11 }, () => transactionOf())
    for (const login of logins.slice(0, 10)) ({ cookies } = await put(cookies, login, secure))
    expect(cookies.size).toBe(10)
    expect(bytesOf(cookies)).toBeLessThanOrEqual(5_000)
    ;({ cookies } = await put(cookies, logins[10], secure))
    expect(await Promise.all(logins.map(async (login) => (await found(cookies, login, secure)) !== undefined))).toEqual([
      false,
      ...Array.from({ length: 10 }, () => true),
    ])
  })

  test.each([
    ['places to return to', { returnTo: `/${'x'.repeat(2_047)}` }],
    ['scopes', { scope: Array.from({ length: 40 }, (_none, index) => `https://id.example/auth/scope.${String(index)}`) }],
    [
      'scopes and places to return to',
      {
        returnTo: `/${'x'.repeat(2_047)}`,
        scope: Array.from({ length: 40 }, (_none, index) => `https://id.example/auth/scope.${String(index)}`),
      },
    ],
  ])('the largest %s stay within 5,000 bytes together and 4,096 each, and the latest login is there', async (_what, parts) => {
    let cookies = new Map<string, string>()
    for (let start = 0; start < 12; start++) {
      const login = transactionOf({ slug: 'x'.repeat(64), ...parts })
      const result = await put(cookies, login, secure)
      cookies = result.cookies
      expect(bytesOf(cookies)).toBeLessThanOrEqual(5_000)
      for (const line of result.lines) expect(line.length).toBeLessThanOrEqual(4_096)
      expect(await found(cookies, login, secure)).toMatchObject({ id: login.id })
    }
  })
})

test('What fits into no cookie is refused, and the logins under way stay', async () => {
  const login = transactionOf()
  const { cookies } = await put(new Map(), login)
  await expect(put(cookies, transactionOf({ requestToken: 'x'.repeat(4_000) }))).rejects.toMatchObject({ code: 'too_large' })
  expect(await found(cookies, login)).toBeDefined()
})

describe('Six hundred cookies that look like logins', () => {
  test.each([
    ['short', 'x'],
    ['as long as a login', 'x'.repeat(480)],
  ])('and are %s cost a bounded number of openings, and leave ten at a time', async (_kind, value) => {
    const login = transactionOf()
    const own = await put(new Map(), login)
    const forged = new Map(Array.from({ length: 600 }, (_none, index) => [forgedName(index), value] as const))
    const first = await put(new Map([...own.cookies, ...forged]))
    expect(first.opened).toBeLessThanOrEqual(20)
    expect(expired(first.lines)).toBe(10)
    expect(first.lines).toHaveLength(11)
    let { cookies } = first
    expect(await found(cookies, login)).toEqual(login)
    for (let start = 0; start < 80; start++) ({ cookies } = await put(cookies))
    expect([...cookies.keys()].filter((name) => forged.has(name))).toEqual([])
  })

  test('cost a callback that is not theirs no more', async () => {
    let opened = 0
    const counting: Sealer = {
      ...sealer,
      open: (...call) => {
        opened++
        return sealer.open(...call)
      },
    }
    const { jar } = measuredJar(new Map(Array.from({ length: 600 }, (_none, index) => [forgedName(index), 'x'.repeat(480)])))
    const transactions = cookieTransactions(jar, counting, 'ar')
    expect(await transactions.find(transactionOf())).toBeUndefined()
    expect(await transactions.list()).toEqual([])
    expect(opened).toBeLessThanOrEqual(21)
  })
})

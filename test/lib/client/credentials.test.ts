import { inspect } from 'node:util'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { createCredentials } from '../../../lib/client/credentials.js'
import type { ClientContext } from '../../../lib/refresh/refresher.js'
import type { HttpResponse, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

const now = 1_800_000_000_000
const seconds = now / 1000
const full: Tokens = {
  accessToken: 'canary-access',
  tokenType: 'Bearer',
  refreshToken: 'canary-refresh',
  idToken: 'canary-id',
  tokenSecret: 'canary-secret',
  scope: 'a b',
  issuedAt: seconds - 100,
  expiresAt: seconds + 3500,
}
let held: Tokens | undefined
let written: Tokens[] = []
let calls = 0
let answered: Promise<unknown> = Promise.resolve()

beforeEach(() => {
  held = full
  written = []
  calls = 0
  answered = Promise.resolve()
})

const http = async (): Promise<HttpResponse> => {
  const body = Buffer.from(JSON.stringify({ access_token: `new-${String(calls++)}`, token_type: 'bearer', expires_in: 3600 }))
  await answered
  return { status: 200, headers: {}, body }
}
const context: ClientContext = { ...contextFor({ client: { clientId: 'public' } }), http, now: () => now }
const source = {
  current: () => held,
  save: (tokens: Tokens | undefined) => {
    if (tokens) written.push(tokens)
    held = tokens
  },
}
const credentials = createCredentials(context, { source })

test('Credentials say what an application may know', () => {
  expect({ ...credentials }).toEqual({
    provider: 'invented',
    tokenType: 'Bearer',
    scope: 'a b',
    expiresAt: new Date(now + 3500_000),
    expiresIn: 3500,
    valid: true,
    reauthRequired: false,
  })
  expect(credentials.accessToken).toBe('canary-access')
})

test.each<[Partial<Tokens>, number | undefined, boolean]>([
  [{ expiresAt: seconds + 1 }, 1, true],
  [{ expiresAt: seconds }, 0, true],
  [{ expiresAt: seconds - 1 }, -1, false],
  [{ expiresAt: 0 }, -seconds, false],
])('With %j they have %p seconds and are valid: %p', (more, expiresIn, valid) => {
  held = { ...full, ...more }
  expect([credentials.expiresIn, credentials.valid]).toEqual([expiresIn, valid])
})

test('Without an end they are valid, and nothing is due', async () => {
  const { expiresAt: _end, ...endless } = full
  held = endless
  expect([
    credentials.expiresAt,
    credentials.expiresIn,
    credentials.valid,
    credentials.expiresSoon(),
    credentials.expiresSoon(1e9),
  ]).toEqual([undefined, undefined, true, false, false])
  await credentials.refresh()
  expect(calls).toBe(0)
})

test('They end soon when they end within a day, or within as many seconds as are asked for', () => {
  expect([credentials.expiresSoon(), credentials.expiresSoon(3501), credentials.expiresSoon(3500), credentials.expiresSoon(3499)]).toEqual([
    true,
    true,
    false,
    false,
  ])
  held = { ...full, expiresAt: seconds + 86_401 }
  expect(credentials.expiresSoon()).toBe(false)
})

describe('A refresh', () => {
  test('happens when it is due, or by force, and is kept', async () => {
    await credentials.refresh()
    expect([calls, written]).toEqual([0, []])
    held = { ...full, refreshToken: 'canary-forced' }
    await credentials.refresh({ force: true })
    expect(written).toHaveLength(1)
    expect(credentials.accessToken).toBe('new-0')
    held = { ...full, refreshToken: 'canary-due', expiresAt: seconds + 59 }
    await credentials.refresh()
    expect(calls).toBe(2)
  })

  test('writes nothing back to an account that was signed out meanwhile', async () => {
    held = { ...full, refreshToken: 'canary-signed-out' }
    let answer: (value: unknown) => void = () => undefined
    answered = new Promise((resolve) => {
      answer = resolve
    })
    const running = credentials.refresh({ force: true })
    held = undefined
    answer(undefined)
    await expect(running).rejects.toMatchObject({ code: 'credentials_gone' })
    expect(written).toEqual([])
  })
})

test('Of an account that was signed out nothing is left', async () => {
  held = undefined
  for (const read of [
    () => credentials.accessToken,
    () => credentials.tokenType,
    () => credentials.scope,
    () => credentials.expiresAt,
    () => credentials.valid,
    () => credentials.expiresSoon(),
  ]) {
    expect(read).toThrow(expect.objectContaining({ code: 'credentials_gone', provider: 'invented' }) as never)
  }
  await expect(credentials.refresh({ force: true })).rejects.toMatchObject({ code: 'credentials_gone' })
  expect(credentials.provider).toBe('invented')
})

test.each([
  ['inspect', () => inspect(credentials, { depth: 9 })],
  ['inspect with everything', () => inspect(credentials, { depth: 9, showHidden: true })],
  ['inspect inside of something', () => inspect({ a: [credentials] }, { depth: 9 })],
  ['JSON', () => JSON.stringify(credentials)],
  ['what is spread', () => JSON.stringify({ ...credentials })],
  ['an assignment', () => JSON.stringify(Object.assign({}, credentials))],
  ['its entries', () => JSON.stringify(Object.entries(credentials))],
  [
    'a loop',
    () => {
      const seen: string[] = []
      for (const name in credentials) seen.push(name)
      return seen.join()
    },
  ],
  ['text', () => String(credentials)],
  ['a template', () => `${credentials as unknown as string}`],
])('No token shows in %s', (_where, print) => {
  expect(print()).not.toMatch(/canary|accessToken/)
})

test('Nothing of them can be written over', () => {
  for (const name of ['accessToken', 'tokenType', 'valid', 'provider'])
    expect(() => {
      ;(credentials as unknown as Record<string, unknown>)[name] = 'x'
    }).toThrow(TypeError)
})

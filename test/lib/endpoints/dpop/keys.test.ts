import { createPrivateKey, createPublicKey } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { calculateJwkThumbprint } from 'jose'
import { dpopJwk, dpopKeyFor, dpopThumbprint, newDpopKey } from '../../../../lib/endpoints/dpop/keys.js'
import type { Grant, Transaction } from '../../../../lib/model/login.js'
import { contextFor } from '../../../support/context.js'

test('Each key is another one, of 43 characters, whose public half follows from it', async () => {
  const keys = Array.from({ length: 300 }, newDpopKey)
  expect(new Set(keys).size).toBe(300)
  for (const key of keys) {
    expect(key).toMatch(/^[\w-]{43}$/)
    const jwk = dpopJwk(key)
    // OpenSSL refuses a private key beside another one's public half.
    const { x, y } = createPublicKey(createPrivateKey({ key: { ...jwk }, format: 'jwk' })).export({ format: 'jwk' })
    expect(jwk).toEqual({ kty: 'EC', crv: 'P-256', x, y, d: key })
    expect(dpopThumbprint(key)).toBe(await calculateJwkThumbprint({ ...jwk }))
  }
})

test('The key of RFC 7517, appendix A.2, has its public half', () => {
  expect(dpopJwk('870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE')).toMatchObject({
    x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
    y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
  })
})

test.each([
  ['nothing', ''],
  ['a shorter one', 'A'.repeat(42)],
  ['a longer one', 'A'.repeat(44)],
  ['zero', 'A'.repeat(43)],
  ['a number beyond the order of the curve', '_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE'],
  ['the largest number', `${'_'.repeat(42)}8`],
  ['other characters', '+'.repeat(43)],
])('No key is %s', (_what, text) => {
  expect(dpopJwk(text)).toBeUndefined()
  expect(dpopThumbprint(text)).toBeUndefined()
})

test('A grant takes the key of its login, or of the tokens that it refreshes, before a new one', () => {
  const bound = contextFor({ provider: { dpop: true } })
  const open = contextFor()
  const [a, b] = [newDpopKey(), newDpopKey()]
  const code = (dpopKey?: string): Grant => ({ type: 'authorization_code', parameters: {}, transaction: { dpopKey } as Transaction })
  const refresh = (dpopKey?: string): Grant => ({
    type: 'refresh_token',
    tokens: { accessToken: 'a', tokenType: 'Bearer', ...(dpopKey === undefined ? {} : { dpopKey }) },
  })
  for (const context of [bound, open]) {
    expect(dpopKeyFor(context, code(a))).toBe(a)
    expect(dpopKeyFor(context, refresh(b))).toBe(b)
  }
  for (const grant of [code(), refresh(), { type: 'client_credentials' } as const]) {
    expect(dpopKeyFor(open, grant)).toBeUndefined()
    const first = dpopKeyFor(bound, grant)
    expect(first).toMatch(/^[\w-]{43}$/)
    expect(dpopKeyFor(bound, grant)).not.toBe(first)
  }
})

import { expect, test } from '@jest/globals'
import { asksForNonce, nonceFor, rememberNonce } from '../../../../lib/endpoints/dpop/nonces.js'

const a = { clientId: 'a' }
const b = { clientId: 'b' }

test('The latest nonce of an origin is remembered, for one client and that origin alone', () => {
  expect(nonceFor(a, 'https://api.example/x')).toBeUndefined()
  rememberNonce(a, 'https://api.example/x?y=z', { 'dpop-nonce': 'first' })
  rememberNonce(a, 'https://api.example/other', { 'dpop-nonce': 'second' })
  rememberNonce(a, 'https://api.example/other', {})
  expect(nonceFor(a, 'https://api.example/')).toBe('second')
  for (const other of ['http://api.example/x', 'https://api.example:8443/x', 'https://www.api.example/x', 'https://other.example/x'])
    expect(nonceFor(a, other)).toBeUndefined()
  expect(nonceFor(b, 'https://api.example/')).toBeUndefined()
})

test.each([
  ['nothing', ''],
  ['two of them', 'one, two'],
  ['a quote', 'a"b'],
  ['a backslash', 'a\\b'],
  ['a control character', 'a\u0007b'],
  ['something beyond ASCII', 'é'],
  ['a flood', 'n'.repeat(513)],
])('What is no nonce is not remembered: %s', (_what, nonce) => {
  const client = { clientId: 'c' }
  rememberNonce(client, 'https://api.example/', { 'dpop-nonce': nonce })
  expect(nonceFor(client, 'https://api.example/')).toBeUndefined()
})

test('So many origins are remembered at most, the latest ones', () => {
  const client = { clientId: 'c' }
  for (let index = 0; index < 1_000; index++) rememberNonce(client, `https://h${String(index)}.example/`, { 'dpop-nonce': String(index) })
  const known = Array.from({ length: 1_000 }, (_, index) => nonceFor(client, `https://h${String(index)}.example/`)).filter(Boolean)
  expect(known).toEqual(Array.from({ length: 100 }, (_, index) => String(900 + index)))
})

test.each<[boolean, number, string, string | undefined]>([
  [true, 401, 'DPoP error="use_dpop_nonce", error_description="x"', 'n'],
  [true, 401, 'Bearer realm="x", DPoP algs="ES256", error=use_dpop_nonce', 'n'],
  [false, 401, 'DPoP error="use_dpop_nonce"', undefined],
  [false, 401, 'DPoP error="invalid_token"', 'n'],
  [false, 401, '', 'n'],
  [false, 400, 'DPoP error="use_dpop_nonce"', 'n'],
  [false, 200, 'DPoP error="use_dpop_nonce"', 'n'],
])('Whether a nonce is asked for: %s for %i, %s, nonce %s', (asks, status, challenge, nonce) => {
  const headers = { 'www-authenticate': challenge, ...(nonce === undefined ? {} : { 'dpop-nonce': nonce }) }
  expect(asksForNonce({ status, headers })).toBe(asks)
})

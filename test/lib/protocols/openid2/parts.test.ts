import { describe, expect, test } from '@jest/globals'
import { startExchange } from '../../../../lib/protocols/openid2/associations/diffieHellman.js'
import { readKeyValueForm } from '../../../../lib/protocols/openid2/message.js'
import { timeOfNonce } from '../../../../lib/protocols/openid2/nonce.js'
import { coversAddress } from '../../../../lib/protocols/openid2/realm.js'

describe('a realm', () => {
  const callback = 'https://www.app.example/base/auth/x/callback'

  test.each([
    'https://www.app.example/',
    'https://www.app.example',
    'https://www.app.example/base',
    'https://www.app.example/base/',
    'https://*.app.example/',
    'https://*.www.app.example/',
    'https://www.app.example:443/base/auth',
    callback,
  ])('%s covers a callback', (realm) => {
    expect(coversAddress(realm, callback)).toBe(true)
  })

  test.each([
    'http://www.app.example/',
    'https://app.example/',
    'https://www.app.example:8443/',
    'https://www.app.example/bas',
    'https://www.app.example/other/',
    'https://www.app.example/#x',
    'https://www.app.example/?x',
    'https://a:b@www.app.example/',
    'https://*.example/',
    'https://*/',
    'https://www.*.example/',
    'app.example',
    'ftp://www.app.example/',
    '',
  ])('%j does not', (realm) => {
    expect(coversAddress(realm, callback)).toBe(false)
  })
})

test('a nonce says when, in one form', () => {
  expect(timeOfNonce('2024-02-29T12:00:00Zx')).toBe(Date.UTC(2024, 1, 29, 12) / 1000)
  for (const nonce of [
    '2023-02-29T12:00:00Z',
    '2024-02-29T24:00:00Z',
    '2024-02-29T12:00:60Z',
    '2024-2-29T12:00:00Z',
    ' 2024-02-29T12:00:00Z',
    '',
  ])
    expect(timeOfNonce(nonce)).toBeUndefined()
})

test('Key-Value Form is read exactly', () => {
  expect([...(readKeyValueForm('a:b\nc:d:e\nf:\n') ?? [])]).toEqual([
    ['a', 'b'],
    ['c', 'd:e'],
    ['f', ''],
  ])
  for (const text of ['a:b\na:b\n', 'a\n', ':b\n', ' a:b\n', 'a:b\n\nc:d\n', '']) expect(readKeyValueForm(text)).toBeUndefined()
})

test('an exchange of keys opens nothing that is none', () => {
  const { open, publicKey } = startExchange()
  const hidden = Buffer.alloc(32).toString('base64')
  for (const wrong of ['', 'AA==', 'AQ==', Buffer.alloc(200, 0xff).toString('base64'), Buffer.alloc(128, 0xff).toString('base64')])
    expect(open(wrong, hidden, 'sha256')).toBeUndefined()
  expect(open(publicKey, Buffer.alloc(20).toString('base64'), 'sha256')).toBeUndefined()
  expect(open(publicKey, hidden, 'sha256')).toHaveLength(32)
})

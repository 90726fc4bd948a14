import { describe, expect, test } from '@jest/globals'
import { isLoopbackHost, isSecureUrl } from '../../../lib/base/loopback.js'
import { codeChallenge, equalInConstantTime, randomToken, sha256 } from '../../../lib/base/random.js'

describe('A random token', () => {
  test('is 32 bytes as 43 characters of base64url, no two alike', () => {
    const tokens = Array.from({ length: 10_000 }, () => randomToken())
    expect(new Set(tokens).size).toBe(10_000)
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/)
  })

  test('has every bit set in about half of all cases', () => {
    const counts = new Array<number>(256).fill(0)
    for (let round = 0; round < 2_000; round++) {
      Buffer.from(randomToken(), 'base64url').forEach((byte, index) => {
        for (let bit = 0; bit < 8; bit++) counts[index * 8 + bit] = (counts[index * 8 + bit] ?? 0) + ((byte >> bit) & 1)
      })
    }
    // Seven standard deviations: one run in a thousand million is further off.
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(157)
  })

  test('is as long as it is asked to be', () => {
    expect(Buffer.from(randomToken(16), 'base64url')).toHaveLength(16)
  })
})

test('A digest is SHA-256 as base64url (FIPS 180-4), and so is a code challenge (RFC 7636 appendix B)', () => {
  expect(sha256('abc')).toBe(Buffer.from('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'hex').toString('base64url'))
  expect(codeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
})

describe('Comparing in constant time', () => {
  test.each([
    ['a', 'a', true],
    ['', '', true],
    ['a', 'b', false],
    ['a', 'ab', false],
    ['a', '', false],
    ['ü', 'u\u0308', false],
  ])('%j and %j: %p', (a, b, equal) => {
    expect(equalInConstantTime(a, b)).toBe(equal)
  })

  test('takes nothing for equal to nothing, which would let an answer without a state pass', () => {
    expect(equalInConstantTime(undefined, undefined)).toBe(false)
    expect(equalInConstantTime('', undefined)).toBe(false)
    expect(equalInConstantTime(undefined, '')).toBe(false)
  })
})

describe('This machine itself', () => {
  const hostOf = (host: string): string => new URL(`http://${host}/`).hostname

  test.each('localhost LOCALHOST app.localhost 127.0.0.1 127.1.2.3 127.1 2130706433 0x7f.1 [::1] [0:0:0:0:0:0:0:1]'.split(' '))(
    'is %s',
    (host) => {
      expect(isLoopbackHost(hostOf(host))).toBe(true)
      expect(isSecureUrl(new URL(`http://${host}:8080/`))).toBe(true)
    },
  )

  test.each(
    (
      'example.com localhost.example.com localhost. notlocalhost 127.0.0.1.example.com 128.0.0.1 0.0.0.0 [::] [::2] '
      + '[::ffff:127.0.0.1] 10.0.0.1 169.254.169.254 localhost@example.com example.com:127'
    ).split(' '),
  )('is not %s', (host) => {
    expect(isLoopbackHost(hostOf(host))).toBe(false)
    expect(isSecureUrl(new URL(`http://${host}/`))).toBe(false)
    expect(isSecureUrl(new URL(`https://${host}/`))).toBe(true)
  })

  test.each(['ftp://localhost/', 'ws://localhost/', 'file:///etc/hosts', 'data:text/plain,x', 'javascript:alert(1)'])(
    'does not make %s safe',
    (address) => {
      expect(isSecureUrl(new URL(address))).toBe(false)
    },
  )
})

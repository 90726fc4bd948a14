import { describe, expect, test } from '@jest/globals'
import { encodedPairs, encodePairs, percentEncode } from '../../../../lib/protocols/oauth1/encoding.js'
import { freshNonce } from '../../../../lib/protocols/oauth1/nonce.js'
import { seeded } from '../../../support/unitServer.js'

/** What is written for speed, against `URLSearchParams`, and against the rule of RFC 5849 section 3.6 byte by byte. */

function byTheRule(text: string): string {
  return [...new TextEncoder().encode(text)]
    .map((byte) => {
      const sign = String.fromCharCode(byte)
      return byte < 128 && /[\w.~-]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

// Node's parser misreads characters beyond ASCII beside a broken escape (`☃%20%`); escaped they mean the same (URL Standard section 5.1).
const platformPairs = (text: string): string[][] =>
  [...new URLSearchParams(`?${text.toWellFormed().replace(/[^\x00-\x7f]+/g, encodeURIComponent)}`)].map((pair) => pair.map(byTheRule))

describe('A form is read as the platform reads it', () => {
  test.each([
    '',
    '&',
    '&&a&&',
    '=',
    '=a',
    'a=',
    'a',
    'a=b=c',
    'a==',
    'a=1&a=1&a=0',
    '?a=1',
    'a+b=c+d',
    '+=+',
    'a=%2B+%20',
    '%',
    '%%',
    'a=%4',
    'a=%zz',
    'a=%2b%2B',
    '%61=%7E%7e',
    'a=%C3%A4',
    'a=%c3%a4',
    'a=ä',
    'a=%E4',
    'a=%C3',
    'a=%C3%28',
    'a=%E2%98%83',
    'a=%F0%9F%8C%8D',
    'a=%ED%A0%80',
    'a=%E0%80%80',
    'a=%C0%80',
    'a=%EF%BB%BFx',
    '\uFEFFa=1',
    'a=\ud800',
    'a=%00',
    'a=%0D%0A',
    "a=!'()*",
    'a=b;c',
    'a=#b',
    '☃%20%',
    '☃+%',
    '\u{1F30D}=\u{1F30D}',
  ])('%j', (text) => {
    expect(encodedPairs(text)).toEqual(platformPairs(text))
  })

  test('of 100,000 invented forms', () => {
    const below = seeded(3986)
    const parts = [
      'a',
      'B',
      '7',
      '-',
      '.',
      '_',
      '~',
      '+',
      '=',
      '&',
      '%',
      '%2',
      '%20',
      '%2B',
      '%7E',
      '%7e',
      '%c3%bc',
      '%C3%BC',
      '%E2%98%83',
      '%ED%A0%80',
      '%F0%9F%8C%8D',
      '%FF',
      '*',
      "'",
      '!',
      '/',
      '?',
      ' ',
      'ü',
      '☃',
      '🌍',
      '\ud83c',
      '\0',
    ]
    const differing: string[] = []
    for (let round = 0; round < 100_000; round++) {
      const text = Array.from({ length: below(12) }, () => parts[below(parts.length)]).join('')
      if (JSON.stringify(encodedPairs(text)) !== JSON.stringify(platformPairs(text))) differing.push(text)
    }
    expect(differing).toEqual([])
  })
})

test('Every character of one or two bytes, and some of more, is encoded by the rule', () => {
  for (let code = 0; code < 0x900; code++)
    expect(percentEncode(`x${String.fromCodePoint(code)}`)).toBe(byTheRule(`x${String.fromCodePoint(code)}`))
  expect(encodePairs([['ключ 🌍', '日本*']])).toEqual([[byTheRule('ключ 🌍'), byTheRule('日本*')]])
})

test('100,000 nonces are all different, and of 22 letters and digits as the strictest servers ask', () => {
  const nonces = Array.from({ length: 100_000 }, freshNonce)
  expect(new Set(nonces).size).toBe(100_000)
  expect(nonces.filter((nonce) => !/^[A-Za-z0-9]{22}$/.test(nonce))).toEqual([])
})

import { describe, expect, test } from '@jest/globals'
import { safeReturnTo, type ReturnToRules } from '../../lib/returnTo.js'
import { seeded } from '../support/unitServer.js'

const rules: ReturnToRules = { baseUrl: 'https://app.example', mountPath: '/auth', origins: [] }

describe('Each part of rule R1 by itself', () => {
  test('1: texts of 1 to 2,048 characters', () => {
    expect(safeReturnTo(`/${'a'.repeat(2_047)}`, rules)).toHaveLength(2_048)
    expect(safeReturnTo(`/${'a'.repeat(2_048)}`, rules)).toBeUndefined()
    // What is written by the parser is asked about again at the end of the login.
    expect(safeReturnTo(`/${'ü'.repeat(341)}`, rules)).toHaveLength(2_047)
    expect(safeReturnTo(`/${'ü'.repeat(342)}`, rules)).toBeUndefined()
    const shadow = { length: 2, startsWith: () => true, isWellFormed: () => true, toString: () => '/a' }
    for (const value of ['', shadow, new String('/a'), ['/a'], Symbol('/a'), () => '/a', true, 0n])
      expect(safeReturnTo(value, rules)).toBeUndefined()
  })

  test('2: a second slash is refused, also before our own host', () => {
    for (const value of ['//app.example/a', '//app.example', '///a', '//', '//localhost'])
      expect([value, safeReturnTo(value, rules)]).toEqual([value, undefined])
  })

  test('3: no character that a browser strips or takes for a slash', () => {
    const codes = [
      ...Array(0x21).keys(),
      ...Array.from({ length: 0xa0 - 0x7f + 1 }, (_, index) => 0x7f + index),
      0x5c,
      0x2028,
      0x2029,
      0xfeff,
    ]
    for (const code of codes) {
      for (const value of [
        `/${String.fromCharCode(code)}`,
        `/a${String.fromCharCode(code)}b`,
        `/a?b=${String.fromCharCode(code)}`,
        `/a#${String.fromCharCode(code)}`,
      ]) {
        expect([code, safeReturnTo(value, rules)]).toEqual([code, undefined])
      }
    }
  })

  test('4: no lone surrogate, while whole pairs stay', () => {
    for (const value of ['/\ud800', '/\udc00', '/a?\ud800b', '/\udc00\ud800']) expect(safeReturnTo(value, rules)).toBeUndefined()
    expect(safeReturnTo('/\u{1f600}', rules)).toBe('/%F0%9F%98%80')
  })

  test('7: what the parser writes must not begin with two slashes', () => {
    for (const value of [
      '/.//evil.example',
      '/..//evil.example',
      '/%2e//evil.example',
      '/%2e%2e//evil.example',
      '/a/..//evil.example',
      '/a/b/../..//evil.example',
      '/././/evil.example',
    ]) {
      expect([value, safeReturnTo(value, rules)]).toEqual([value, undefined])
    }
  })

  test('8: nor with what a lax proxy decodes into a slash or a line break', () => {
    for (const value of [
      '/%2fevil.example',
      '/%2Fevil.example',
      '/%5cevil.example',
      '/%5Cevil.example',
      '/%09/evil.example',
      '/%0a/evil.example',
      '/%0A/evil.example',
      '/%0d/evil.example',
      '/%0D%0A',
    ]) {
      expect([value, safeReturnTo(value, rules)]).toEqual([value, undefined])
    }
    for (const value of ['/a%2fb', '/a%0ab', '/%20', '/%0b', '/%2e']) expect(safeReturnTo(value, rules)).toBeDefined()
  })

  test('9: nor lead to our own routes, however they are written, wherever they are mounted', () => {
    const mounted = { ...rules, baseUrl: 'https://app.example/shop', mountPath: '/shop/Auth' }
    for (const value of [
      '/shop/auth',
      '/shop/AUTH/logout',
      '/shop//auth/logout',
      '/shop/%61uth/x',
      '/shop/./auth/',
      '/%73hop/auth',
      '/x/../shop/auth?a',
      '/shop/auth%2flogout',
    ]) {
      expect([value, safeReturnTo(value, mounted)]).toEqual([value, undefined])
    }
    for (const value of ['/auth/logout', '/shop/authors', '/shop/auth.html', '/shop/a?next=/shop/auth', '/shop/a#/shop/auth', '/%zz'])
      expect([value, safeReturnTo(value, mounted)]).toEqual([value, value])
  })

  test('11: what comes out is what the parser wrote, and passes again', () => {
    for (const [value, out] of [
      ['/a/../b', '/b'],
      ['/üñí', '/%C3%BC%C3%B1%C3%AD'],
      ['/a b'.replace(' ', '%20'), '/a%20b'],
      ['/a?"', '/a?%22'],
      ['/a#`', '/a#%60'],
    ]) {
      expect(safeReturnTo(value, rules)).toBe(out)
      expect(safeReturnTo(out, rules)).toBe(out)
    }
  })
})

describe('A listed origin', () => {
  const listing = { ...rules, origins: ['https://ok.example', 'https://app.example', 'http://localhost:3000', 'null'] }

  test.each([
    'blob:https://ok.example/5a1b',
    'filesystem:https://ok.example/x',
    'view-source:https://ok.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'about:blank',
    'file:///x',
    'ftp://ok.example/',
    'ws://ok.example/',
    'wss://ok.example',
  ])('does not let %j pass', (value) => {
    expect(safeReturnTo(value, listing)).toBeUndefined()
  })

  test.each(['https://app.example/auth/logout', 'https://app.example/%61uth', 'https://app.example//auth/x', 'HTTPS://APP.example/AUTH'])(
    'that is our own does not lead to our routes: %j',
    (value) => {
      expect(safeReturnTo(value, listing)).toBeUndefined()
    },
  )

  test.each([
    ['https://ok.example/auth/x', 'https://ok.example/auth/x'],
    ['HTTPS://OK.example', 'https://ok.example/'],
    ['https:ok.example/a', 'https://ok.example/a'],
    ['https://app.example/a', 'https://app.example/a'],
    ['http://localhost:3000/a', 'http://localhost:3000/a'],
    ['https://ok.example//evil.example', 'https://ok.example//evil.example'],
  ])('lets %j pass as %j', (value, out) => {
    expect(safeReturnTo(value, listing)).toBe(out)
  })

  test.each([
    'https://ok.example.evil',
    'https://evil-ok.example',
    'https://ok.example:444',
    'http://ok.example',
    'https://a@ok.example',
    'https://:b@ok.example',
    'https://ok.example\\@evil.example',
    'https://ok.example.',
    'http://localhost',
    'https://localhost:3000',
    '//ok.example/a',
    'ok.example',
    'https://ok。example.evil',
  ])('is not %j', (value) => {
    expect(safeReturnTo(value, listing)).toBeUndefined()
  })
})

test('A hundred thousand nasty texts: none leaves the listed origins, reaches our routes, or changes when it is checked again', () => {
  const alphabet = [
    ...(
      '/ // . .. /../ /./ : @ ? # % %2e %2f %5c %09 %0a %00 %61uth ／ ＼ 。 ℀ ß auth AUTH logout app.example ok.example '
      + 'evil.example 0x7f000001 [::1] https: http: blob: javascript: data: a 0 ; & = < " ^ |'
    ).split(' '),
    '\\',
    ' ',
    '\t',
    '\n',
    '\r',
    '\0',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\u202e',
    '\ud83d',
    '\ude00',
  ]
  const random = seeded(20_261_121)
  const own = { baseUrl: 'https://app.example', mountPath: '/auth', origins: ['https://ok.example'] }
  const wrong: [string, string][] = []
  let kept = 0
  for (let round = 0; round < 100_000; round++) {
    const start = ['/', '/', '/', 'https://', 'https:', ''][random(6)] ?? ''
    const value = start + Array.from({ length: 1 + random(6) }, () => alphabet[random(alphabet.length)]).join('')
    const out = safeReturnTo(value, own)
    if (out === undefined) continue
    kept++
    const url = new URL(out, own.baseUrl)
    const isListed = url.origin === 'https://app.example' || url.origin === 'https://ok.example'
    const isText = !/^\/[/\\]|[\s\0\\]|^\/+(%2f|%5c|%0[09ad])/i.test(out) && (out.startsWith('/') || out.startsWith('https://ok.example/'))
    const isOurs = url.origin === 'https://app.example' && /^\/+auth(\/|$)/i.test(safeDecode(url.pathname))
    if (!isListed || !isText || isOurs || safeReturnTo(out, own) !== out) wrong.push([value, out])
  }
  expect(wrong).toEqual([])
  expect(kept).toBeGreaterThan(10_000)
})

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

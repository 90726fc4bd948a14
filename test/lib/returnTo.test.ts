import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { safeReturnTo } from '../../lib/returnTo.js'

const { hostile, controls } = JSON.parse(readFileSync(new URL('returnTo.json', import.meta.url), 'utf8')) as {
  hostile: string[]
  controls: string[]
}
const rules = { baseUrl: 'https://app.example', mountPath: '/auth', origins: ['https://ok.example'] }

test('the samples are all there', () => {
  expect([hostile.length, controls.length]).toEqual([38, 14])
})

describe('A place to return to', () => {
  test.each(hostile)('%j is refused', (value) => {
    expect(safeReturnTo(value, rules)).toBeUndefined()
  })

  test.each([[['/a']], [{ a: 1 }], [null], [undefined], [42], [''], ['a'.repeat(5000)], [`/${'a'.repeat(2048)}`]])(
    '%p is refused',
    (value) => {
      expect(safeReturnTo(value, rules)).toBeUndefined()
    },
  )

  test.each(controls)('%j is kept', (value) => {
    const kept = safeReturnTo(value, rules)
    expect(kept).toBe(new URL(value, rules.baseUrl).href.slice(rules.baseUrl.length))
  })

  test.each(['/auth', '/auth/', '/auth/logout', '/auth/h?x=1', '/AUTH/h', '/%61uth/h', '/a/../auth/h', '/auth#x'])(
    '%j is one of our own routes and refused',
    (value) => {
      expect(safeReturnTo(value, rules)).toBeUndefined()
    },
  )

  test('beside our routes is kept', () => {
    expect(safeReturnTo('/authors', rules)).toBe('/authors')
    expect(safeReturnTo('/a?next=/auth/logout', rules)).toBe('/a?next=/auth/logout')
  })

  test.each(['https://ok.example/a?b#c', 'https://ok.example', 'https://ok.example:443/a'])('%j is of a listed origin', (value) => {
    expect(safeReturnTo(value, rules)).toBe(new URL(value).href)
  })

  test.each([
    'https://ok.example.evil',
    'https://evil-ok.example',
    'https://ok.example:444',
    'http://ok.example',
    'https://a@ok.example',
    'https:ok.example:1',
  ])('%j only looks like a listed origin', (value) => {
    expect(safeReturnTo(value, rules)).toBeUndefined()
  })

  test('never leaves the application, whatever the text', () => {
    const alphabet = [
      ...'/ . .. : @ ? # % %2f %5c %09 %00 ／ 。 evil.example https http javascript a 0 [ ] ü ; & ='.split(' '),
      '\\',
      ' ',
      '\t',
      '\n',
      '\r',
      '\u0000',
      '\u00a0',
      '\u2028',
      '\ud800',
    ]
    let seed = 20_261_121
    const random = (below: number): number => {
      seed = Math.imul(seed ^ (seed >>> 15), seed | 1)
      seed ^= seed + Math.imul(seed ^ (seed >>> 7), seed | 61)
      return ((seed ^ (seed >>> 14)) >>> 0) % below
    }
    let kept = 0
    for (let round = 0; round < 200_000; round++) {
      const value = (random(4) ? '/' : '') + Array.from({ length: 1 + random(7) }, () => alphabet[random(alphabet.length)]).join('')
      const out = safeReturnTo(value, rules)
      if (out === undefined) continue
      kept++
      const { origin } = new URL(out, rules.baseUrl)
      if (origin !== 'https://app.example' || /^\/[/\\]|[\r\n\t\\]/.test(out))
        throw new Error(`${JSON.stringify(value)} became ${JSON.stringify(out)}`)
    }
    expect(kept).toBeGreaterThan(1_000)
  })
})

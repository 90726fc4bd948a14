import { createHash, hkdfSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { createSealer, type SealPurpose } from '../../../lib/base/seal.js'

const secret = 'the current secret, long enough to seal'
const older = 'an older secret, long enough to seal, too'
const sealer = createSealer([secret], 'app')
const open = (text: string): unknown => sealer.open('session', 'name', text)

describe('The text of a sealed value', () => {
  // Lengths of every remainder by three: the last character of base64url then has none, two or four bits that mean nothing.
  test.each(['', 'x', 'xy', 'xyz'])('does not open with any bit of any character changed: %j', (value) => {
    const text = sealer.seal('session', 'name', value)
    const opened: string[] = []
    for (let position = 0; position < text.length; position++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = text.slice(0, position) + String.fromCharCode(text.charCodeAt(position) ^ (1 << bit)) + text.slice(position + 1)
        if (open(changed) !== undefined) opened.push(changed)
      }
    }
    expect(opened).toEqual([])
    expect(open(text)).toBe(value)
  })

  test.each(['', 'x', 'xy', 'xyz'])('does not open at any other length: %j', (value) => {
    const text = sealer.seal('session', 'name', value)
    for (let length = 0; length < text.length; length++) expect(open(text.slice(0, length))).toBeUndefined()
    for (const more of ['A', 'AA', 'AAAA', '=', '==', '\n', ' ', text]) {
      expect(open(text + more)).toBeUndefined()
      expect(open(more + text)).toBeUndefined()
    }
  })
})

describe('A key', () => {
  const derived = (purpose: SealPurpose): Buffer => Buffer.from(hkdfSync('sha256', secret, 'authrouter/v1', purpose, 32))

  test('is HKDF-SHA256 of the secret, another one for each purpose, and named in the text by the start of its digest', () => {
    const ids = (['transaction', 'session', 'tokens', 'csrf'] as const).map((purpose) => {
      expect(sealer.macKey(purpose)).toEqual(derived(purpose))
      const blob = Buffer.from(sealer.seal(purpose, 'name', 1), 'base64url')
      expect(blob[0]).toBe(1)
      expect(blob.subarray(1, 5)).toEqual(createHash('sha256').update(derived(purpose)).digest().subarray(0, 4))
      return blob.subarray(1, 5).toString('hex')
    })
    expect(new Set(ids).size).toBe(4)
  })

  test('that nobody knows opens nothing, though the text is whole', () => {
    const blob = Buffer.from(sealer.seal('session', 'name', 1), 'base64url')
    blob.fill(0, 1, 5)
    expect(open(blob.toString('base64url'))).toBeUndefined()
    // The right name on a text of another secret.
    const foreign = Buffer.from(createSealer([older], 'app').seal('session', 'name', 1), 'base64url')
    Buffer.from(sealer.seal('session', 'name', 1), 'base64url').copy(foreign, 1, 1, 5)
    expect(open(foreign.toString('base64url'))).toBeUndefined()
  })

  test('seals with the first secret and opens with each, in whatever place', () => {
    const rotated = createSealer([secret, older], 'app')
    const turned = createSealer([older, secret], 'app')
    expect(open(rotated.seal('session', 'name', 'new'))).toBe('new')
    expect(open(turned.seal('session', 'name', 'old'))).toBeUndefined()
    expect(rotated.open('session', 'name', turned.seal('session', 'name', 'old'))).toBe('old')
    expect(rotated.macKey('csrf')).toEqual(sealer.macKey('csrf'))
  })

  test('has to be there', () => {
    expect(() => createSealer([], 'app').seal('session', 'name', 1)).toThrow('at least one secret')
  })
})

test('Every text has an IV of its own', () => {
  const ivs = Array.from({ length: 2_000 }, () =>
    Buffer.from(sealer.seal('session', 'name', 1), 'base64url')
      .subarray(5, 17)
      .toString('hex'),
  )
  expect(new Set(ivs).size).toBe(2_000)
})

test('Where a value belongs cannot be blurred: purpose, application and record do not run into each other', () => {
  const text = createSealer([secret], 'a').seal('session', 'b","c', 1)
  expect(createSealer([secret], 'a').open('session', 'b","c', text)).toBe(1)
  expect(createSealer([secret], 'a","b').open('session', 'c', text)).toBeUndefined()
  expect(createSealer([secret], 'A').open('session', 'b","c', text)).toBeUndefined()
})

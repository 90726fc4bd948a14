import { describe, expect, test } from '@jest/globals'
import { createSealer, maxSealed } from '../../../lib/base/seal.js'

const secret = 'the current secret, long enough to seal'
const older = 'an older secret, long enough to seal, too'
const sealer = createSealer([secret], 'app')
const value = { user: 'ada', numbers: [1, 2], text: 'ü✓' }

describe('A sealed value', () => {
  test('opens again, and differs each time', () => {
    const [first, second] = [sealer.seal('session', 'name', value), sealer.seal('session', 'name', value)]
    expect(first).not.toBe(second)
    expect(first).toMatch(/^[\w-]+$/)
    expect(first).not.toContain('ada')
    for (const text of [first, second]) expect(sealer.open('session', 'name', text)).toEqual(value)
  })

  test('opens for nothing else: another purpose, record, application or secret', () => {
    const text = sealer.seal('session', 'name', value)
    expect(sealer.open('transaction', 'name', text)).toBeUndefined()
    expect(sealer.open('session', 'other', text)).toBeUndefined()
    expect(createSealer([secret], 'other').open('session', 'name', text)).toBeUndefined()
    expect(createSealer([older], 'app').open('session', 'name', text)).toBeUndefined()
  })

  test('does not open with any bit changed', () => {
    const blob = Buffer.from(sealer.seal('tokens', 'name', value), 'base64url')
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const changed = Buffer.from(blob)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(sealer.open('tokens', 'name', changed.toString('base64url'))).toBeUndefined()
    }
  })

  test('does not open when it is cut, nothing, of a future version, or not ours', () => {
    const text = sealer.seal('session', 'name', value)
    for (let length = 0; length < text.length; length += 3) expect(sealer.open('session', 'name', text.slice(0, length))).toBeUndefined()
    const future = Buffer.from(text, 'base64url')
    future[0] = 3
    for (const foreign of ['', 'x', '=', 'ä', ' '.repeat(50), 'A'.repeat(100), 'A'.repeat(100_000), future.toString('base64url')])
      expect(sealer.open('session', 'name', foreign)).toBeUndefined()
  })

  test('opens as itself where it was compressed, and is shorter', () => {
    const repeated = { text: 'again and '.repeat(500) }
    const text = sealer.seal('session', 'name', repeated, { compressed: true })
    expect(text.length).toBeLessThan(200)
    expect(sealer.open('session', 'name', text)).toEqual(repeated)
    const plain = Buffer.from(text, 'base64url')
    plain[0] = 1
    expect(sealer.open('session', 'name', plain.toString('base64url'))).toBeUndefined()
  })

  test.each([false, true])('takes what it opens again, and nothing larger (compressed: %s)', (compressed) => {
    const ofSize = (size: number): string => 'x'.repeat(size - 2)
    expect(sealer.open('session', 'name', sealer.seal('session', 'name', ofSize(maxSealed), { compressed }))).toBe(ofSize(maxSealed))
    expect(() => sealer.seal('session', 'name', ofSize(maxSealed + 1), { compressed })).toThrow(
      expect.objectContaining({ code: 'too_large' }),
    )
  })

  test('survives a new secret while the old one is listed', () => {
    const text = createSealer([older], 'app').seal('session', 'name', value)
    const rotated = createSealer([secret, older], 'app')
    expect(rotated.open('session', 'name', text)).toEqual(value)
    expect(createSealer([older], 'app').open('session', 'name', rotated.seal('session', 'name', value))).toBeUndefined()
  })

  test('cannot change what objects are', () => {
    const opened = sealer.open('session', 'name', sealer.seal('session', 'name', JSON.parse('{"__proto__":{"admin":true}}')))
    expect((opened as { admin?: boolean }).admin).toBeUndefined()
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })
})

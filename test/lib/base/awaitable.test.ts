import { describe, expect, test } from '@jest/globals'
import { allValues, withValue } from '../../../lib/base/awaitable.js'

describe('A value that may have to be waited for', () => {
  test('is gone on with at once when it is at hand', () => {
    expect(withValue(2, (value) => value + 1)).toBe(3)
  })

  test('is gone on with when it has come', async () => {
    const result = withValue(Promise.resolve(2), (value) => value + 1)
    expect(result).toBeInstanceOf(Promise)
    expect(await result).toBe(3)
  })

  test('fails as what goes on fails', async () => {
    const fail = (): never => {
      throw new Error('no')
    }
    expect(() => withValue(2, fail)).toThrow('no')
    await expect(withValue(Promise.resolve(2), fail)).rejects.toThrow('no')
  })

  test('may be one of several', async () => {
    expect(allValues([1, 2])).toEqual([1, 2])
    const mixed = allValues([1, Promise.resolve(2)])
    expect(mixed).toBeInstanceOf(Promise)
    expect(await mixed).toEqual([1, 2])
  })
})

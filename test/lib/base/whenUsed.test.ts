import { expect, test } from '@jest/globals'
import { whenUsed } from '../../../lib/base/awaitable.js'

test('what is loaded when it is used is waited for once, and then is at hand', async () => {
  let loads = 0
  const used = whenUsed(() => Promise.resolve({ count: ++loads }))
  expect(loads).toBe(0)
  const first = await used()
  expect(first).toEqual({ count: 1 })
  // No promise, for which a caller would wait.
  expect(used()).toBe(first)
  expect(loads).toBe(1)
})

test('what could not be loaded is tried again by the next use', async () => {
  const answers = [Promise.reject(new Error('unreadable')), Promise.resolve('loaded')]
  const used = whenUsed(() => answers.shift() ?? Promise.reject(new Error('loaded before')))
  await expect(used()).rejects.toThrow('unreadable')
  expect(await used()).toBe('loaded')
  expect(used()).toBe('loaded')
})

import { expect, test } from '@jest/globals'
import { createSealer } from '../../../lib/base/seal.js'
import { sessionCache } from '../../../middleware/sessions/sessionCache.js'

const sealer = createSealer(['a secret of the tests, long enough to seal'], 'app')

const sealed = (padding = 0): string =>
  sealer.seal('session', 'place', {
    version: 2,
    salt: 'salt',
    loginKey: 'corp$1',
    current: 'corp$1',
    accounts: { corp$1: { binding: 'whose', user: { id: '1', key: 'corp$1', raw: { padding: 'x'.repeat(padding) } } } },
    finished: [],
    createdAt: 0,
  })

test('opens a session once, and gives what nobody can change', () => {
  const open = sessionCache(sealer)
  const text = sealed()
  const record = open('place', text)
  expect(record).toMatchObject({ current: 'corp$1', createdAt: 0 })
  expect(open('place', text)).toBe(record)
  expect(() => {
    Object.assign(record?.accounts['corp$1']?.user ?? {}, { id: '2' })
  }).toThrow(TypeError)
})

test('does not open for another place, or changed, what it remembers', () => {
  const open = sessionCache(sealer)
  const text = sealed()
  open('place', text)
  expect(open('elsewhere', text)).toBeUndefined()
  expect(open('place', `${text.slice(0, 30)}${text[30] === 'A' ? 'B' : 'A'}${text.slice(31)}`)).toBeUndefined()
  expect(open('place', text)).toBeDefined()
})

test('forgets the sessions that it opened first when there are many', () => {
  const open = sessionCache(sealer)
  const first = sealed(40_000)
  const record = open('place', first)
  for (let index = 0; index < 300; index++) open('place', sealed(40_000))
  expect(open('place', first)).toEqual(record)
  expect(open('place', first)).not.toBe(record)
})

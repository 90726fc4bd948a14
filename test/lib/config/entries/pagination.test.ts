import { describe, expect, test } from '@jest/globals'
import { describeMistakes, type Mistake } from '../describeMistakes.js'
import { custom, resolve } from '../fixtures.js'

const entry =
  (options: object, defaults: object = {}) =>
  () =>
    resolve({ providers: { defaults, own: { ...custom.oauth2, ...options } } }).registrations.get('own')?.provider

describe('pagination', () => {
  test.each([{ next: 'paging.next' }, { next: '["@odata.nextLink"]' }, { cursor: 'meta.next', parameter: 'after' }])(
    'may be %j',
    (pagination) => {
      expect(entry({ pagination })()).toMatchObject({ pagination })
    },
  )

  test('of an entry takes the place of what lies under it', () => {
    expect(entry({ pagination: { cursor: 'next', parameter: 'after' } }, { pagination: { next: 'next' } })()?.pagination).toEqual({
      cursor: 'next',
      parameter: 'after',
    })
    expect(entry({}, { pagination: { next: 'next' } })()?.pagination).toEqual({ next: 'next' })
    expect(entry({})()).not.toHaveProperty('pagination')
  })
})

const wrong = 'providers.own.pagination must be { next: path } or { cursor: path, parameter: name }.'
const mistakes: Mistake[] = [
  ['a text', entry({ pagination: 'link' }), wrong],
  ['nothing in it', entry({ pagination: {} }), wrong],
  ['both ways at once', entry({ pagination: { next: 'next', cursor: 'next', parameter: 'after' } }), wrong],
  ['a cursor that goes nowhere', entry({ pagination: { cursor: 'next' } }), wrong],
  ['an empty path', entry({ pagination: { next: '' } }), wrong],
  ['a function', entry({ pagination: { next: () => 'next' } }), wrong],
]

describeMistakes('Of pagination', mistakes)

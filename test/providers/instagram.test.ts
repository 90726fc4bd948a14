import { describe, expect, test } from '@jest/globals'
import instagram from '../../providers/instagram.js'
import { facts, quirksOf, tokens } from './quirks.js'

const { changedUser } = quirksOf('instagram', instagram)

describe('Instagram', () => {
  const { tokenResponse, userinfo } = instagram.hooks ?? {}
  const person = { user_id: '1', username: 'ada' }

  test.each([
    ['in a list', { data: [person] }],
    ['plain', person],
  ])('gives token and person %s', (_case, answer) => {
    expect(tokenResponse?.(answer)).toEqual(person)
    expect(userinfo?.(answer, tokens, facts())).toEqual(person)
  })

  test('gives nobody where the list is empty', () => {
    expect(tokenResponse?.({ data: [] })).toEqual({})
  })

  test('has no profile address for a person without a username', () => {
    expect(changedUser({ data: [{ user_id: '1' }] })).not.toHaveProperty('profileUrl')
  })
})

import { describe, expect, test } from '@jest/globals'
import { callbackFacts } from '../../lib/protocols/userinfo.js'
import type { ResolvedProvider } from '../../lib/types.js'
import naver from '../../providers/naver.js'
import { client, quirksOf } from './quirks.js'

const { changedUser } = quirksOf('naver', naver)

describe('Naver', () => {
  test('is sent the state with the code, and nothing more with a refresh', () => {
    const parameters = { code: 'the-code', state: 'the-state', other: 'parameter' }
    const callback = callbackFacts(naver as ResolvedProvider, { type: 'authorization_code', parameters, transaction: {} as never })
    const { tokenRequest } = naver.hooks ?? {}

    expect(tokenRequest?.({ code: 'the-code' }, { client, callback })).toEqual({ code: 'the-code', state: 'the-state' })
    expect(tokenRequest?.({ refresh_token: 'example' }, { client, callback: {} })).toEqual({ refresh_token: 'example' })
  })

  test.each([
    [{ gender: 'M' }, { gender: 'male' }],
    [{ birthyear: undefined, birthday: '12-10' }, { birthdate: '0000-12-10' }],
  ])('with %j gives %j', (changes, expected) => {
    expect(changedUser({ response: { id: '1', ...changes } })).toMatchObject(expected)
  })

  test.each([
    ['gender', { gender: 'U' }],
    ['birthdate', { birthyear: '1990' }],
  ])('gives no %s with %j', (field, changes) => {
    expect(changedUser({ response: { id: '1', ...changes } })).not.toHaveProperty(field)
  })
})

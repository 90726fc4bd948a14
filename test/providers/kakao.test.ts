import { describe, expect, test } from '@jest/globals'
import type { AuthUser, RawProfile } from '../../lib/types.js'
import kakao from '../../providers/kakao.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('kakao', kakao)

describe('Kakao', () => {
  const account = { email: 'ada@example.com', is_email_valid: true, is_email_verified: true, birthyear: '1990', birthday: '1210' }
  const userWith = (changes: RawProfile): AuthUser => changedUser({ kakao_account: { ...account, ...changes } })

  test.each([
    [{}, true],
    [{ is_email_valid: false }, false],
    [{ is_email_verified: false }, false],
  ])('with %j says that the address is verified: %s', (changes, verified) => {
    expect(userWith(changes)).toMatchObject({ email: 'ada@example.com', emailVerified: verified })
  })

  test.each([
    ['the calendar is not named', {}, '1990-12-10'],
    ['the calendar is the solar one', { birthday_type: 'SOLAR' }, '1990-12-10'],
    ['the calendar is the lunar one', { birthday_type: 'LUNAR' }, undefined],
    ['the year is withheld', { birthyear: undefined }, undefined],
    ['the day is withheld', { birthday: undefined }, undefined],
  ])('reads the date of birth when %s', (_case, changes, birthdate) => {
    expect(userWith(changes).birthdate).toBe(birthdate)
  })

  test('knows nothing of an account that is withheld', () => {
    expect(changedUser({ kakao_account: undefined })).toMatchObject({ id: '195578626', name: '195578626' })
  })
})

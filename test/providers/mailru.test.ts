import { describe, expect, test } from '@jest/globals'
import mailru from '../../providers/mailru.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('mailru', mailru)

describe('Mail.ru', () => {
  test.each([
    ['10.12.1990', '1990-12-10'],
    ['', undefined],
    [undefined, undefined],
  ])('writes the date of birth as %s, which is %s', (birthday, birthdate) => {
    expect(changedUser({ birthday }).birthdate).toBe(birthdate)
  })
})

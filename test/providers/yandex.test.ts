import { describe, expect, test } from '@jest/globals'
import yandex from '../../providers/yandex.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('yandex', yandex)

describe('Yandex', () => {
  test.each([[{ is_avatar_empty: true }], [{ default_avatar_id: undefined }]])('gives no picture of a person with %j', (changes) => {
    expect(changedUser(changes)).not.toHaveProperty('picture')
  })

  test('names a person without a real name by the parts of it, or by the login', () => {
    expect(changedUser({ real_name: '' })).toMatchObject({ name: 'Ada Example' })
    expect(changedUser({ real_name: '', first_name: '', last_name: '' })).toMatchObject({ name: 'ada' })
  })
})

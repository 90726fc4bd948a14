import { describe, expect, test } from '@jest/globals'
import kick from '../../providers/kick.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('kick', kick)

describe('Kick', () => {
  test('gives the first person of its list', () => {
    const data = [{ user_id: 1, name: 'ada' }, { user_id: 2 }]

    expect(changedUser({ data })).toMatchObject({ id: '1', username: 'ada' })
  })

  test.each([{ data: [] }, { data: undefined }])('gives nobody where the answer is %j', (answer) => {
    expect(() => changedUser(answer)).toThrow(expect.objectContaining({ code: 'provider_bad_response' }))
  })
})

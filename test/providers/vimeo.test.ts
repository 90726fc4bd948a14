import { describe, expect, test } from '@jest/globals'
import vimeo from '../../providers/vimeo.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('vimeo', vimeo)

describe('Vimeo', () => {
  test('names the person by the end of an address, and the account by the end of another', () => {
    const user = changedUser({ uri: '/users/5', link: 'https://vimeo.com/user5' })

    expect(user).toMatchObject({ id: '5', username: 'user5' })
  })

  test.each([[undefined], [5], ['/users/'], ['']])('knows nobody by the address %j', (uri) => {
    expect(() => changedUser({ uri })).toThrow('no usable id')
  })
})

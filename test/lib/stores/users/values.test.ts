import { describe, expect, test } from '@jest/globals'
import { memoryUserStore } from '../../../../lib/stores/index.js'
import { storableUser } from '../../../../lib/stores/users/values.js'
import { newUser } from '../../../../testing/userStoreCase.js'

describe('a key that a database could take for another', () => {
  test.each([
    ['is empty', ''],
    ['has a NUL', 'github$1\0'],
    ['ends in half a character', 'github$\ud83d'],
    ['is longer than 2,048 bytes', `github$${'é'.repeat(1_021)}`],
  ])('is refused when it %s', async (_case, key) => {
    const store = memoryUserStore()
    const user = newUser({ key })
    const refused = expect.objectContaining({ code: 'provider_bad_response', provider: 'contract' })
    await expect(store.create(user)).rejects.toEqual(refused)
    const { id } = await store.create(newUser())
    await expect(store.link(id, user)).rejects.toEqual(refused)
    expect(await store.findByKey(key)).toBeUndefined()
    await store.unlink(id, key)
  })

  test('is taken when it has 2,048 bytes', async () => {
    const user = newUser({ key: `github$$${'é'.repeat(1_020)}` })
    expect(Buffer.byteLength(user.key)).toBe(2_048)
    expect(storableUser(user).key).toBe(user.key)
  })
})

describe('of a profile', () => {
  test('a name of 10 KB is cut, and never within a character', () => {
    expect(storableUser(newUser({ name: 'n'.repeat(10_000) })).name).toBe('n'.repeat(1_000))
    expect(storableUser(newUser({ name: `n${'🔑'.repeat(5_000)}` })).name).toBe(`n${'🔑'.repeat(499)}`)
  })

  test('NUL is left out of texts, and half characters are replaced', () => {
    const user = newUser({ name: 'A\0da \ud83d!', username: '\0', givenName: 'A\0' })
    expect(storableUser(user)).toMatchObject({ name: 'Ada \ufffd!', username: '', givenName: 'A' })
  })

  test.each(['a\0@example.com', 'a\ud83d@example.com', `${'a'.repeat(250)}@b.co`])(
    'the address %j is left out, and not mended',
    (email) => {
      const user = storableUser(newUser({ email, emailVerified: true }))
      expect(user).not.toHaveProperty('email')
      expect(user).not.toHaveProperty('emailVerified')
    },
  )

  test('a picture with a long address is left out', () => {
    expect(storableUser(newUser({ picture: `https://a.example/${'p'.repeat(2_048)}` }))).not.toHaveProperty('picture')
  })
})

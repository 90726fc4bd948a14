import assert from 'node:assert/strict'
import { crowd, numbers, pick } from './tokenStoreCase.js'
import { assertNobody, idOf, keysOf, newUser, noIds, ownerOf, type UserStoreCase } from './userStoreCase.js'

/** What a user store must do with users. */
export const userCases: readonly UserStoreCase[] = [
  {
    name: 'a key that nobody has signed in with is nobody',
    run: async (store) => {
      await assertNobody(store.findByKey(newUser().key))
      await assertNobody(store.findByKey(''))
    },
  },
  {
    name: 'an id that nobody has is nobody, and no error',
    run: async (store) => {
      for (const id of noIds) {
        const user = newUser()
        await assertNobody(store.findById(id))
        await assertNobody(store.update(id, user))
        await store.remove(id)
        await store.unlink(id, user.key)
        assert.deepEqual(await keysOf(store, id), [])
        assert.equal(await store.link(id, user), false)
        await assertNobody(store.findByKey(user.key))
      }
    },
  },
  {
    name: 'a new user is found by key and by id, also through the other connection',
    run: async (store, other) => {
      const user = newUser()
      const row = await store.create(user)
      const { id } = row as { id: string | number }
      for (const one of [store, other]) {
        assert.deepEqual(await one.findByKey(user.key), row)
        assert.deepEqual(await one.findById(id), row)
        assert.deepEqual(await one.findById(String(id)), row)
        assert.deepEqual(await keysOf(one, id), [user.key])
      }
    },
  },
  {
    name: 'ids are the same only when they are the same as text',
    run: async (store) => {
      const id = idOf(await store.create(newUser()))
      for (const alike of [` ${id}`, `${id} `, `0${id}`, `${id}.0`, `+${id}`]) {
        await assertNobody(store.findById(alike))
        await store.remove(alike)
      }
      assert.equal(idOf(await store.findById(id)), id)
    },
  },
  {
    name: 'the same user made again is the one who is there',
    run: async (store, other) => {
      const user = newUser()
      const id = idOf(await store.create(user))
      assert.equal(idOf(await other.create({ ...user, name: 'Ada King' })), id)
      assert.deepEqual(await keysOf(store, id), [user.key])
    },
  },
  {
    name: `${crowd} that make the same user at once get the same row`,
    run: async (store, other) => {
      const user = newUser()
      const rows = await Promise.all(numbers(crowd).map((n) => pick(n, store, other).create(user)))
      assert.equal(new Set(rows.map(idOf)).size, 1)
      assert.equal(await ownerOf(store, user.key), idOf(rows[0]))
    },
  },
  {
    name: '100 new users at once are 100 users',
    run: async (store, other) => {
      const users = numbers(100).map(() => newUser())
      const rows = await Promise.all(users.map((user, n) => pick(n, store, other).create(user)))
      assert.equal(new Set(rows.map(idOf)).size, users.length)
      const owners = await Promise.all(users.map(({ key }, n) => ownerOf(pick(n, other, store), key)))
      assert.deepEqual(owners, rows.map(idOf))
    },
  },
  {
    name: 'keys with characters that mean something elsewhere are only keys',
    run: async (store) => {
      const { id: base } = newUser()
      const odd = [
        "'",
        '"',
        '`',
        ':',
        '%',
        '%s',
        '_',
        '*',
        '?',
        '[a]',
        '\\',
        ' ',
        '$1',
        ';--',
        '/../',
        'é',
        'e\u0301',
        '日本',
        '🔑',
        'A',
        'a',
        'ß',
        'ss',
        '',
      ]
      const users = odd.map((part) => newUser({ id: `${base}${part}` }))
      const ids: string[] = []
      for (const user of users) ids.push(idOf(await store.create(user)))
      assert.equal(new Set(ids).size, odd.length)
      for (const [n, { key }] of users.entries()) assert.equal(await ownerOf(store, key), ids[n])
    },
  },
  {
    name: 'keys as long as they come differ in their last character',
    run: async (store) => {
      const provider = `corp@login.example.com/${'path/'.repeat(50)}`
      const { id: base } = newUser()
      const users = ['a', 'b'].map((last) => newUser({ provider, id: `${base.padEnd(254, 'x')}${last}` }))
      const ids = [idOf(await store.create(users[0] ?? newUser())), idOf(await store.create(users[1] ?? newUser()))]
      assert.notEqual(ids[0], ids[1])
      for (const [n, { key }] of users.entries()) assert.equal(await ownerOf(store, key), ids[n])
    },
  },
  {
    name: 'a profile may hold all that one can, and any text',
    run: async (store) => {
      const text = "Robert'); DROP TABLE users;-- \u{1F469}\u200D\u{1F4BB} \u202E\n"
      const user = newUser({
        name: text.padEnd(2_048, '🔑'),
        username: text,
        givenName: text,
        email: `${'a'.repeat(64)}@${'b'.repeat(180)}.example`,
        emailVerified: true,
        picture: `https://pictures.example/${'p'.repeat(2_000)}`,
        locale: 'en-GB',
        address: { formatted: text },
        raw: { sub: text },
      })
      const id = idOf(await store.create(user))
      assert.equal(idOf(await store.update(id, user)), id)
      assert.equal(await ownerOf(store, user.key), id)
    },
  },
  {
    name: 'an update gives the row as it is then, and both connections see it',
    run: async (store, other) => {
      const user = newUser({ email: 'ada@example.com', picture: 'https://pictures.example/ada' })
      const id = idOf(await store.create(user))
      const row = await other.update(id, newUser({ ...user, name: 'Ada King', loggedInAt: new Date(Date.now() + 1_000).toISOString() }))
      assert.equal(idOf(row), id)
      assert.deepEqual(await store.findById(id), row)
    },
  },
  {
    name: 'an update moves no key',
    run: async (store) => {
      const [ada, grace] = [newUser(), newUser()]
      const [idOfAda, idOfGrace] = [idOf(await store.create(ada)), idOf(await store.create(grace))]
      await store.update(idOfAda, grace)
      assert.equal(await ownerOf(store, grace.key), idOfGrace)
      assert.deepEqual(await keysOf(store, idOfAda), [ada.key])
      const unknown = newUser()
      await store.update(idOfAda, unknown)
      await assertNobody(store.findByKey(unknown.key))
    },
  },
  {
    name: 'a removed user is gone with all keys, and comes back as somebody new',
    run: async (store, other) => {
      const [first, second, bystander] = [newUser(), newUser(), newUser()]
      const stays = idOf(await store.create(bystander))
      const id = idOf(await store.create(first))
      await store.link(id, second)
      await store.remove(id)
      await store.remove(id)
      for (const { key } of [first, second]) await assertNobody(other.findByKey(key))
      await assertNobody(other.findById(id))
      await assertNobody(other.update(id, first))
      assert.deepEqual(await keysOf(other, id), [])
      assert.equal(await ownerOf(other, bystander.key), stays)
      assert.notEqual(idOf(await other.create(second)), id)
      await assertNobody(store.findByKey(first.key))
    },
  },
]

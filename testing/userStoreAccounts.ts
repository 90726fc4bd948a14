import assert from 'node:assert/strict'
import { crowd, numbers, pick } from './tokenStoreCase.js'
import { assertNobody, idOf, keysOf, newUser, ownerOf, type UserStoreCase } from './userStoreCase.js'

/** What a user store must do with the accounts of a user. */
export const accountCases: readonly UserStoreCase[] = [
  {
    name: 'a linked account is one more way to the same user',
    run: async (store, other) => {
      const [first, second] = [newUser(), newUser({ provider: 'other' })]
      const id = idOf(await store.create(first))
      assert.equal(await store.link(id, second), true)
      assert.equal(await ownerOf(other, second.key), id)
      assert.equal(idOf(await other.create(second)), id)
      assert.deepEqual(await keysOf(other, id), [first.key, second.key].sort())
    },
  },
  {
    name: 'linking what is linked to this user already is no conflict',
    run: async (store, other) => {
      const user = newUser()
      const id = idOf(await store.create(user))
      assert.equal(await store.link(id, user), true)
      assert.equal(await other.link(id, { ...user, name: 'Ada King' }), true)
      assert.deepEqual(await keysOf(store, id), [user.key])
    },
  },
  {
    name: "another user's account is not linked, and not moved",
    run: async (store, other) => {
      const [ada, grace] = [newUser(), newUser()]
      const [idOfAda, idOfGrace] = [idOf(await store.create(ada)), idOf(await store.create(grace))]
      assert.equal(await other.link(idOfAda, grace), false)
      assert.equal(await ownerOf(store, grace.key), idOfGrace)
      assert.deepEqual(await keysOf(store, idOfAda), [ada.key])
    },
  },
  {
    name: `of two users for whom ${crowd} link the same account at once one gets it`,
    run: async (store, other) => {
      const ids = [idOf(await store.create(newUser())), idOf(await store.create(newUser()))]
      const wanted = newUser()
      const idFor = (n: number): string => ids[Math.floor(n / 2) % 2] ?? ''
      const linked = await Promise.all(numbers(crowd).map(async (n) => pick(n, store, other).link(idFor(n), wanted)))
      const owner = await ownerOf(store, wanted.key)
      assert.deepEqual(
        linked,
        numbers(crowd).map((n) => idFor(n) === owner),
      )
      const lists = await Promise.all(ids.map((id) => keysOf(store, id)))
      assert.equal(lists.flat().filter((key) => key === wanted.key).length, 1)
    },
  },
  {
    name: `${crowd} accounts linked to a user at once are all linked`,
    run: async (store, other) => {
      const first = newUser()
      const id = idOf(await store.create(first))
      const accounts = numbers(crowd).map(() => newUser())
      const linked = await Promise.all(accounts.map(async (account, n) => pick(n, store, other).link(id, account)))
      assert.ok(linked.every((answer) => answer))
      assert.deepEqual(await keysOf(store, id), [first, ...accounts].map(({ key }) => key).sort())
    },
  },
  {
    name: 'an account that is linked while it signs in for the first time has one user',
    run: async (store, other) => {
      for (const round of numbers(10)) {
        const id = idOf(await store.create(newUser()))
        const account = newUser()
        const [row, linked] = await Promise.all([pick(round, store, other).create(account), pick(round, other, store).link(id, account)])
        const owner = await ownerOf(store, account.key)
        assert.equal(idOf(row), owner)
        assert.equal(linked, owner === id)
      }
    },
  },
  {
    name: 'an unlinked account signs in as somebody new',
    run: async (store, other) => {
      const [first, second] = [newUser(), newUser()]
      const id = idOf(await store.create(first))
      await store.link(id, second)
      await store.unlink(id, second.key)
      await store.unlink(id, second.key)
      await assertNobody(other.findByKey(second.key))
      assert.deepEqual(await keysOf(other, id), [first.key])
      assert.notEqual(idOf(await other.create(second)), id)
    },
  },
  {
    name: "another user's account is not unlinked",
    run: async (store) => {
      const [ada, grace] = [newUser(), newUser()]
      const [idOfAda, idOfGrace] = [idOf(await store.create(ada)), idOf(await store.create(grace))]
      await store.unlink(idOfAda, grace.key)
      assert.equal(await ownerOf(store, grace.key), idOfGrace)
    },
  },
  {
    name: 'an account that is linked while its user is removed belongs to nobody, or to somebody who is there',
    run: async (store, other) => {
      for (const round of numbers(10)) {
        const id = idOf(await store.create(newUser()))
        const account = newUser()
        // A database may refuse the link of a user who is going.
        const linking = Promise.resolve(pick(round, other, store).link(id, account)).catch(() => false)
        await Promise.all([pick(round, store, other).remove(id), linking])
        await assertNobody(store.findByKey(account.key))
        assert.notEqual(idOf(await store.create(account)), id)
      }
    },
  },
]

import assert from 'node:assert/strict'
import type { UserStore } from '../lib/stores/userStore.js'
import { assertNobody, idOf, newEmail, newUser, type UserStoreCase } from './userStoreCase.js'

/** What a user store must do with addresses, which are data: no account is anybody's because of one. */
export const emailCases: readonly UserStoreCase[] = [
  {
    name: 'two accounts with one address are not one user',
    run: async (store) => {
      const email = newEmail()
      const id = idOf(await store.create(newUser({ email, emailVerified: true })))
      const second = newUser({ provider: 'other', email, emailVerified: true })
      // A table in which addresses are unique may refuse the second: then it signs in nobody.
      const row = await Promise.resolve(store.create(second)).catch(() => undefined)
      if (row === undefined) return assertNobody(store.findByKey(second.key))
      assert.notEqual(idOf(row), id)
      if (store.findByEmail) await assertNobody(store.findByEmail(email))
    },
  },
  {
    name: 'accounts without an address are as good as others',
    run: async (store) => {
      const ids = [idOf(await store.create(newUser())), idOf(await store.create(newUser()))]
      assert.notEqual(ids[0], ids[1])
      if (!store.findByEmail) return
      await assertNobody(store.findByEmail(''))
      await assertNobody(store.findByEmail('undefined'))
      await assertNobody(store.findByEmail('null'))
    },
  },
  {
    name: 'an address that a provider vouches for finds its user, however it is spelled',
    needs: 'findByEmail',
    run: async (store, other) => {
      const email = newEmail()
      const id = idOf(await store.create(newUser({ email, emailVerified: true })))
      for (const spelling of [email, email.toLowerCase(), email.toUpperCase()]) assert.equal(idOf(await findByEmail(other, spelling)), id)
    },
  },
  {
    name: 'only the whole address finds anybody',
    needs: 'findByEmail',
    run: async (store) => {
      const email = newEmail().replace('Ada', 'Kay')
      await store.create(newUser({ email, emailVerified: true }))
      const local = email.slice(0, email.indexOf('@'))
      const others = [`%`, `${local}@%`, email.replace('.', '_'), `*@*`, ` ${email}`, email.slice(1), `${email}.evil.example`, local]
      for (const other of others) await assertNobody(findByEmail(store, other))
      // The Kelvin sign, which lower case makes a `k` of: another mailbox.
      await assertNobody(findByEmail(store, email.replace('K', '\u212A')))
    },
  },
  {
    name: 'an address that nobody vouches for finds nobody',
    needs: 'findByEmail',
    run: async (store) => {
      const [unknown, unverified] = [newEmail(), newEmail()]
      await store.create(newUser({ email: unknown }))
      await store.create(newUser({ email: unverified, emailVerified: false }))
      await assertNobody(findByEmail(store, unknown))
      await assertNobody(findByEmail(store, unverified))
    },
  },
  {
    name: "a linked account's address finds its user, until it is unlinked",
    needs: 'findByEmail',
    run: async (store, other) => {
      const id = idOf(await store.create(newUser()))
      const account = newUser({ email: newEmail(), emailVerified: true })
      await store.link(id, account)
      assert.equal(idOf(await findByEmail(other, account.email ?? '')), id)
      await other.unlink(id, account.key)
      await assertNobody(findByEmail(store, account.email ?? ''))
    },
  },
  {
    name: 'an update takes over who vouches for what',
    needs: 'findByEmail',
    run: async (store) => {
      const [before, after] = [newEmail(), newEmail()]
      const user = newUser({ email: before, emailVerified: false })
      const id = idOf(await store.create(user))
      await store.update(id, { ...user, emailVerified: true })
      assert.equal(idOf(await findByEmail(store, before)), id)
      await store.update(id, { ...user, email: after, emailVerified: true })
      assert.equal(idOf(await findByEmail(store, after)), id)
      await assertNobody(findByEmail(store, before))
      await store.update(id, { ...user, email: after, emailVerified: false })
      await assertNobody(findByEmail(store, after))
    },
  },
  {
    name: "a removed user's address finds nobody",
    needs: 'findByEmail',
    run: async (store, other) => {
      const email = newEmail()
      await store.remove(idOf(await store.create(newUser({ email, emailVerified: true }))))
      await assertNobody(findByEmail(other, email))
    },
  },
]

async function findByEmail(store: UserStore, email: string): Promise<unknown> {
  assert.ok(store.findByEmail, 'The store has no findByEmail()')
  return store.findByEmail(email)
}

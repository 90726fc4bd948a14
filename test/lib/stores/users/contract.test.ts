import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { memoryUserStore, type UserRow, type UserStore } from '../../../../lib/stores/index.js'
import { userStoreContract } from '../../../../testing/index.js'

type Sound = Required<UserStore<UserRow>>

/** A store that works, and what is wrong with it. */
function broken(fault: (sound: Sound) => Partial<Sound>): UserStore {
  const sound = memoryUserStore()
  return { ...sound, ...fault(sound) }
}

const lower = <User extends { key: string }>(user: User): User => ({ ...user, key: user.key.toLowerCase() })

const faults: Record<string, UserStore> = {
  'looks for a user, waits, and takes the key from whoever was first': broken(({ create, findByKey, listKeys, unlink }) => ({
    create: async (user) => {
      const held = await findByKey(user.key)
      await nextTurn()
      if (held) return held
      const first = await findByKey(user.key)
      if (first && (await listKeys(first.id)).length === 1) await unlink(first.id, user.key)
      return create(user)
    },
  })),
  'makes a user whenever it is asked': broken(({ create }) => ({
    create: async (user) => ({ ...(await create(user)), id: String(Math.random()) }),
  })),
  'takes an address for a person': broken(({ create, findByEmail, link }) => ({
    create: async (user) => {
      const same = user.email === undefined ? undefined : await findByEmail(user.email)
      if (same) await link(same.id, user)
      return same ?? create(user)
    },
  })),
  'reads keys without case': broken(({ create, findByKey }) => ({
    create: (user) => create(lower(user)),
    findByKey: (key) => findByKey(key.toLowerCase()),
  })),
  'cuts keys off': broken(({ create, findByKey }) => ({
    create: (user) => create({ ...user, key: user.key.slice(0, 255) }),
    findByKey: (key) => findByKey(key.slice(0, 255)),
  })),
  'reads ids as numbers do': broken(({ findById }) => ({ findById: (id) => findById(String(id).trim()) })),
  'throws for an unknown id': broken(({ update, findById }) => ({
    update: async (id, user) => {
      if (!(await findById(id))) throw new RangeError('no such user')
      return update(id, user)
    },
  })),
  'moves a key to whoever links it last': broken(({ findByKey, unlink, link }) => ({
    link: async (userId, user) => {
      const held = await findByKey(user.key)
      if (held) await unlink(held.id, user.key)
      return link(userId, user)
    },
  })),
  'takes a second link of the same account for a conflict': broken(({ findByKey, link }) => ({
    link: async (userId, user) => !(await findByKey(user.key)) && link(userId, user),
  })),
  'says that a conflict is none': broken(({ link }) => ({ link: async (userId, user) => (await link(userId, user)) || true })),
  'unlinks for anybody': broken(({ findByKey, unlink }) => ({
    unlink: async (userId, key) => unlink((await findByKey(key))?.id ?? userId, key),
  })),
  'links with an update': broken(({ update, link }) => ({
    update: async (id, user) => {
      await link(id, user)
      return update(id, user)
    },
  })),
  'forgets to remove': broken(() => ({ remove: async () => undefined })),
  'gives an old row': broken(({ update, findById }) => ({
    update: async (id, user) => {
      const before = await findById(id)
      await update(id, user)
      return before && { ...before, name: 'an old name' }
    },
  })),
  'finds addresses that nobody vouches for': broken(({ create }) => ({
    create: (user) => create({ ...user, emailVerified: user.email !== undefined }),
  })),
  'compares addresses as they are spelled': broken(({ create, findByEmail, findById }) => {
    const spelled = new Map<string, string>()
    return {
      create: async (user) => {
        const row = await create(user)
        if (user.email !== undefined) spelled.set(user.email, row.id)
        return row
      },
      findByEmail: async (email) => ((await findByEmail(email)) ? findById(spelled.get(email) ?? '') : undefined),
    }
  }),
  'compares addresses in lower case of all scripts': broken(({ findByEmail }) => ({
    findByEmail: (email) => findByEmail(email.toLowerCase()),
  })),
  'has no ids': broken(({ create }) => ({ create: async (user) => ({ ...(await create(user)), id: undefined }) as never })),
}

describe('userStoreContract finds a store that', () => {
  test.concurrent.each(Object.entries(faults))('%s', async (_fault, store) => {
    const results = await Promise.allSettled(userStoreContract.map(({ run }) => run(store, store)))
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as Error).name] : []))
    expect(reasons.filter((name) => name === 'AssertionError' || name === 'RangeError')).not.toEqual([])
  })
})

test('the cases about addresses say so, for stores that do not look for them', async () => {
  const { findByEmail: _left, ...store } = memoryUserStore()
  const rest = userStoreContract.filter(({ needs }) => needs === undefined)
  expect(rest.length).toBeGreaterThan(15)
  await Promise.all(rest.map(({ run }) => run(store, store)))
})

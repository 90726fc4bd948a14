import { randomUUID } from 'node:crypto'
import type { AuthUser } from '../../model/user.js'
import type { UserStore } from '../userStore.js'
import type { UserRow } from './row.js'
import { comparableEmail, storableUser } from './values.js'

interface Identity {
  userId: string
  /** Present where the provider vouches for it. */
  verifiedEmail: string | undefined
}

/** Keeps users in this process: for development and tests. Everybody is forgotten when it is restarted. */
export function memoryUserStore(): Required<UserStore<UserRow>> {
  const users = new Map<string, UserRow>()
  const identities = new Map<string, Identity>()
  const find = (id: string | undefined): UserRow | undefined => {
    const row = id === undefined ? undefined : users.get(id)
    // A copy, as from a database: whoever changes it changes nothing here.
    return row && { ...row }
  }
  const put = (userId: string, user: AuthUser): void => {
    identities.set(user.key, { userId, verifiedEmail: user.emailVerified === true ? comparableEmail(user.email ?? '') : undefined })
  }

  return {
    async findByKey(key) {
      return find(identities.get(key)?.userId)
    },
    async findById(id) {
      return find(String(id))
    },
    async create(given) {
      const user = storableUser(given)
      const held = find(identities.get(user.key)?.userId)
      if (held) return held
      const now = new Date().toISOString()
      const row = { id: randomUUID(), createdAt: now, ...profileOf(user), emailVerified: user.emailVerified === true, updatedAt: now }
      users.set(row.id, row)
      put(row.id, user)
      return { ...row }
    },
    async update(id, given) {
      const user = storableUser(given)
      const held = users.get(String(id))
      if (!held) return undefined
      const { email, ...profile } = profileOf(user)
      const address = email !== undefined && (user.emailVerified === true || !held.emailVerified)
      const row = {
        ...held,
        ...profile,
        ...(address && { email, emailVerified: user.emailVerified === true }),
        updatedAt: new Date().toISOString(),
      }
      users.set(held.id, row)
      if (identities.get(user.key)?.userId === held.id) put(held.id, user)
      return { ...row }
    },
    async remove(id) {
      users.delete(String(id))
      for (const [key, { userId }] of identities) if (userId === String(id)) identities.delete(key)
    },
    async link(userId, given) {
      const user = storableUser(given)
      const owner = identities.get(user.key)?.userId ?? String(userId)
      if (owner !== String(userId) || !users.has(owner)) return false
      put(owner, user)
      return true
    },
    async unlink(userId, key) {
      if (identities.get(key)?.userId === String(userId)) identities.delete(key)
    },
    async listKeys(userId) {
      return [...identities].filter(([, identity]) => identity.userId === String(userId)).map(([key]) => key)
    },
    async findByEmail(email) {
      const wanted = comparableEmail(email)
      const owners = new Set([...identities.values()].filter(({ verifiedEmail }) => verifiedEmail === wanted).map(({ userId }) => userId))
      return owners.size === 1 ? find([...owners][0]) : undefined
    },
  }
}

function profileOf({ name, email, picture, locale }: AuthUser): Pick<UserRow, 'name' | 'email' | 'picture' | 'locale'> {
  return { name, ...(email !== undefined && { email }), ...(picture !== undefined && { picture }), ...(locale !== undefined && { locale }) }
}

import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { AuthUser } from '../../../../lib/model/user.js'
import type { UserStore } from '../../../../lib/stores/index.js'

export interface Member {
  id: string
  name: string
  email: string | null
}

// Only A to Z: other letters are other mailboxes.
const lowerCase = (email: string): string => email.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

const vouched = (user: AuthUser) => ({ email: lowerCase(user.email ?? ''), email_verified: user.emailVerified === true })

export function knexUserStore(knex: Knex): Required<UserStore<Member>> {
  const members = () => knex<Member>('members')
  const identities = () => knex('identities')
  const findById = (id: string | number) => members().where('id', String(id)).first()
  const findByKey = (key: string) => members().whereIn('id', identities().select('user_id').where({ key })).first()

  return {
    findById,
    findByKey,
    async create(user) {
      const member = { id: randomUUID(), name: user.name, email: user.email ?? null }
      try {
        await knex.transaction(async (trx) => {
          await trx('members').insert(member)
          await trx('identities').insert({ key: user.key, user_id: member.id, ...vouched(user) })
        })
        return member
      } catch (error) {
        // The primary key of identities let another process be first, and the transaction has left nothing behind.
        const winner = await findByKey(user.key)
        if (winner) return winner
        throw error
      }
    },
    async update(id, user) {
      await identities()
        .where({ key: user.key, user_id: String(id) })
        .update(vouched(user))
      const [member] = await members().where('id', String(id)).update({ name: user.name }).returning('*')
      return member
    },
    async remove(id) {
      await members().where('id', String(id)).delete() // ON DELETE CASCADE takes the identities
    },
    async link(userId, user) {
      if (!(await findById(userId))) return false
      const linked = await identities()
        .insert({ key: user.key, user_id: String(userId), ...vouched(user) })
        .onConflict('key')
        .merge(['email', 'email_verified'])
        .where('identities.user_id', String(userId))
        .returning('key')
      return linked.length === 1
    },
    async unlink(userId, key) {
      await identities()
        .where({ key, user_id: String(userId) })
        .delete()
    },
    async listKeys(userId) {
      return identities().where('user_id', String(userId)).pluck<string[]>('key')
    },
    async findByEmail(email) {
      const vouching = identities()
        .select('user_id')
        .where({ email: lowerCase(email), email_verified: true })
      const found = await members().whereIn('id', vouching).limit(2)
      return found.length === 1 ? found[0] : undefined
    },
  }
}

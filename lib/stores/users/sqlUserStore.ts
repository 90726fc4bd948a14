import type { AuthUser } from '../../model/user.js'
import type { Awaitable } from '../../base/awaitable.js'
import type { UserId, UserStore } from '../userStore.js'
import { identityInsertion, identityUpdate, insertText, isId, profileUpdate, type Statement } from './statements.js'
import type { ResolvedTables } from './tables.js'
import { comparableEmail, idText, isKey, storableUser } from './values.js'

type Columns = Record<string, unknown>

/** What a database does for a user store. */
export interface UserDatabase {
  /** The rows that a statement finds, or gives back. */
  query: (statement: Statement) => Awaitable<Columns[]>
  /**
   * Adds a row of a user and one of an account, both or neither.
   * @returns the user's row
   * @throws the driver's error, also when the key is there already
   */
  insertBoth: (user: AuthUser) => Awaitable<Columns | undefined>
  /** Whether an error says that a value is none of the id's type, so that no row can have it. */
  isNoId: (error: unknown) => boolean
}

/** What the user stores of all SQL databases have in common: one statement, or two of which each is right without the other. */
export function sqlUserStore(tables: ResolvedTables, { query, insertBoth, isNoId }: UserDatabase): Required<UserStore<Columns>> {
  const { users, id: idColumn, identities, toRow } = tables
  const first = async (statement: Statement): Promise<Columns | undefined> => {
    const [row] = await query(statement)
    return row && toRow(row)
  }
  const byKey = `SELECT u.* FROM ${identities} AS i JOIN ${users} AS u ON u.${idColumn} = i.user_id WHERE i.key = $1`
  const findByKey = async (key: string): Promise<Columns | undefined> => (isKey(key) ? first({ text: byKey, values: [key] }) : undefined)

  /** Asks with an id, where a user can have it. */
  const withId = async <T>(given: UserId, none: T, ask: (id: string) => Awaitable<T>): Promise<T> => {
    const id = idText(given)
    if (id === undefined) return none
    try {
      return await ask(id)
    } catch (error) {
      if (isNoId(error)) return none
      throw error
    }
  }
  const findById = (id: UserId): Promise<Columns | undefined> => {
    return withId(id, undefined, (text) => first({ text: `SELECT * FROM ${users} WHERE ${isId(idColumn)}`, values: [text, text] }))
  }

  return {
    findByKey,
    findById,
    async create(given) {
      const user = storableUser(given)
      const held = await findByKey(user.key)
      if (held) return held
      try {
        const row = await insertBoth(user)
        if (row) return toRow(row)
        throw new Error('The database did not give back the new user')
      } catch (error) {
        // The key decides who is first; a table of the application's may have other columns that do.
        const winner = await findByKey(user.key)
        if (winner) return winner
        throw error
      }
    },
    async update(given, profile) {
      const user = storableUser(profile)
      const id = idText(given)
      if (id === undefined) return undefined
      try {
        const statement = profileUpdate(tables, id, user)
        const row = statement ? await first(statement) : await findById(id)
        if (row) await query(identityUpdate(tables, id, user))
        return row
      } catch (error) {
        // It may be a value of the application's that is wrong, and not the id.
        if (isNoId(error) && !(await findById(id))) return undefined
        throw error
      }
    },
    remove: (given) =>
      withId(given, undefined, async (id) => {
        await query({ text: `DELETE FROM ${users} WHERE ${isId(idColumn)}`, values: [id, id] })
      }),
    async link(userId, given) {
      const user = storableUser(given)
      const row = await findById(userId)
      if (!row) return false
      const identity = identityInsertion(tables, user)
      const text = `${insertText({ ...identity, table: `${identities} AS held` }, 2, [['user_id', '$1']])}
        ON CONFLICT (key) DO UPDATE SET email = excluded.email, email_verified = excluded.email_verified
        WHERE held.user_id = excluded.user_id RETURNING key`
      try {
        return (await query({ text, values: [row['id'], ...identity.columns.map(([, value]) => value)] })).length === 1
      } catch (error) {
        // Removed since.
        if (!(await findById(userId))) return false
        throw error
      }
    },
    unlink: (userId, key) =>
      withId(userId, undefined, async (id) => {
        if (isKey(key)) await query({ text: `DELETE FROM ${identities} WHERE key = $3 AND ${isId('user_id')}`, values: [id, id, key] })
      }),
    listKeys: (userId) =>
      withId<string[]>(userId, [], async (id) => {
        const text = `SELECT key FROM ${identities} WHERE ${isId('user_id')} ORDER BY created_at, key`
        return (await query({ text, values: [id, id] })).map(({ key }) => String(key))
      }),
    async findByEmail(email) {
      if (!isKey(email)) return undefined
      const text = `SELECT u.* FROM ${users} AS u WHERE u.${idColumn} IN (
        SELECT user_id FROM ${identities} WHERE email = $1 AND email_verified) LIMIT 2`
      const [row, another] = await query({ text, values: [comparableEmail(email)] })
      return row && !another ? toRow(row) : undefined
    },
  }
}

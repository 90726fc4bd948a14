import { randomUUID } from 'node:crypto'
import { AuthError } from '../../base/errors.js'
import type { AuthUser } from '../../model/user.js'
import { quoteName } from '../sqlName.js'
import { userColumns } from './row.js'

/** A users table that the application has already, and that stays as it is. */
export interface ExistingUsers {
  table: string
  /** The column with the primary key: `id` by default. Ids must never be used again (in SQLite: `AUTOINCREMENT`). */
  id?: string
  /** The columns of a new user's row; what is left out gets the table's defaults. */
  insert: (user: AuthUser) => Record<string, unknown>
  /** The columns to write when the user signs in again or the profile is fetched again. Without it the row is never written. */
  update?: (user: AuthUser) => Record<string, unknown>
}

export interface UserTables {
  /** The store's own table of users, or one that is there already: `users` by default. */
  users?: string | ExistingUsers
  /** The table of the accounts that users sign in with: `identities` by default. */
  identities?: string
  /** Makes the store's tables, where they are missing: `true` by default. `false` when a migration does. */
  createTables?: boolean
}

/** A column of a table that is there. */
export interface Column {
  name: string
  type: string
}

export interface ResolvedTables {
  /** Quoted, as are the following. */
  users: string
  id: string
  identities: string
  /** Whether the users table is the store's own. */
  isOwn: boolean
  createTables: boolean
  insert: (user: AuthUser) => Record<string, unknown>
  update: ((user: AuthUser) => Record<string, unknown>) | undefined
  /** The row as the application gets it, with its `id`. */
  toRow: (columns: Record<string, unknown>) => Record<string, unknown>
  /**
   * The type of the ids, from the columns of the users table; none when there is no such table.
   * @throws AuthError `config_invalid` when it is another table than the options say
   */
  idType: (columns: readonly Column[]) => string
}

/**
 * @param whose the store's name, for messages
 * @param parts 2 where a name may be `schema.table`
 * @throws AuthError `config_invalid` for a name that is none
 */
export function resolveTables(
  { users = 'users', identities = 'identities', createTables = true }: UserTables,
  whose: string,
  parts: 1 | 2,
  toOwnRow: (columns: Record<string, unknown>) => object,
): ResolvedTables {
  const existing = typeof users === 'string' ? undefined : users
  const table = typeof users === 'string' ? users : users.table
  const id = existing?.id ?? 'id'
  return {
    users: quoteName(table, `The users table of ${whose}`, parts),
    id: quoteName(id, `The id column of ${whose}`),
    identities: quoteName(identities, `The identities table of ${whose}`, parts),
    isOwn: existing === undefined,
    createTables,
    insert: existing?.insert ?? newUser,
    update: existing?.update,
    toRow: existing ? (columns) => ({ ...columns, id: columns[id] }) : (columns) => ({ ...toOwnRow(columns) }),
    idType: (columns) => {
      const names = columns.map(({ name }) => name)
      if (existing ? names.includes(id) : names.length === 0 || userColumns.every((name) => names.includes(name))) {
        return columns.find(({ name }) => name === id)?.type ?? 'text'
      }
      throw new AuthError(
        'config_invalid',
        existing
          ? `${whose} finds no table "${table}" with a column "${id}": correct users.table or users.id, or make the table first.`
          : `The table "${table}" is there and not one of ${whose}: give the store another name (users: 'members'), or describe the table `
              + '(users: { table, insert }).',
      )
    },
  }
}

function newUser({ name, email, emailVerified, picture, locale }: AuthUser): Record<string, unknown> {
  const now = new Date().toISOString()
  return { id: randomUUID(), name, email, email_verified: emailVerified === true, picture, locale, created_at: now, updated_at: now }
}

import type { UserStore } from '../userStore.js'
import { toUserRow, type UserRow } from '../users/row.js'
import { sqlUserStore } from '../users/sqlUserStore.js'
import { identityInsertion, insertText, userInsertion } from '../users/statements.js'
import { resolveTables, type UserTables } from '../users/tables.js'
import { openSqlite } from './file.js'
import { loadLibsql } from './libsql.js'
import { sqliteValue } from './sqliteValue.js'
import { ensureUserTables } from './userTables.js'

export interface SqliteUserStoreOptions extends UserTables {
  /** Path of the file, which is made when it is missing; its folder must be there, and not on a network drive. */
  file: string
}

/** A user store that holds a file open. */
export interface SqliteUserStore<Row = UserRow> extends Required<UserStore<Row>> {
  /** Closes the file. */
  close: () => void
}

/**
 * Keeps users in two tables of an SQLite file, for the processes of one machine: the users, and the accounts that they sign in with. It may
 * be the application's own file, or that of `sqliteTokenStore`. Needs the package `libsql`, which is loaded by this call. A write waits for
 * another process's for at most three seconds, and this process with it.
 * @param options the file, or the file and the tables; `users: { table, insert }` for a users table that is there already
 * @throws AuthError `config_invalid` when `libsql` is not installed, a name is none, or the users table is another one than the options
 * say; the driver's errors, also from the store's methods
 */
export function sqliteUserStore<Row extends object = UserRow>(options: string | SqliteUserStoreOptions): SqliteUserStore<Row> {
  const { file, ...rest } = typeof options === 'string' ? { file: options } : options
  const tables = resolveTables(rest, 'sqliteUserStore', 1, toUserRow)
  const database = openSqlite(loadLibsql('sqliteUserStore'), file, [])
  try {
    if (tables.createTables) ensureUserTables(database, tables)
  } catch (error) {
    database.close()
    throw error
  }

  const query = (text: string, values: unknown[]): Record<string, unknown>[] => {
    return database.all(text.replaceAll('$', '?'), ...values.map(sqliteValue)) as Record<string, unknown>[]
  }
  const store = sqlUserStore(tables, {
    query: ({ text, values }) => query(text, values),
    // Nothing else of this process comes between: nothing here waits.
    insertBoth: (user) =>
      database.transaction(() => {
        const made = userInsertion(tables, user)
        const linked = identityInsertion(tables, user)
        const [row] = query(
          `${insertText(made)} RETURNING *`,
          made.columns.map(([, value]) => value),
        )
        const id = row && tables.toRow(row)['id']
        query(insertText(linked, 2, [['user_id', '$1']]), [id, ...linked.columns.map(([, value]) => value)])
        return row
      }),
    // To SQLite every value may be an id.
    isNoId: () => false,
  })
  return { ...(store as unknown as Required<UserStore<Row>>), close: database.close }
}

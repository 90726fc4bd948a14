import type { UserStore } from '../userStore.js'
import { toUserRow, type UserRow } from '../users/row.js'
import { sqlUserStore } from '../users/sqlUserStore.js'
import { identityInsertion, insertText, userInsertion } from '../users/statements.js'
import { resolveTables, type UserTables } from '../users/tables.js'
import { type PostgresPool, requirePool } from './table.js'
import { ensureUserTables } from './userTables.js'

/** Names may be `schema.table`. */
export type PostgresUserStoreOptions = UserTables

/** Invalid text, number out of range, invalid date: SQLSTATE of a value that is none of the id's type. */
const noIdCodes = ['22P02', '22003', '22007', '22008']

/**
 * Keeps users in two tables of a Postgres database: the users, and the accounts that they sign in with. Every write is one statement.
 * @param pool a `Pool` of the `pg` package, which stays its owner's to close
 * @param options the tables; `users: { table, insert }` for a users table that is there already
 * @throws AuthError `config_invalid` for what is no pool, a name that is none, and from the store's methods for a users table that is
 * another one than the options say; from these also the driver's errors
 */
export function postgresUserStore<Row extends object = UserRow>(
  pool: PostgresPool,
  options: PostgresUserStoreOptions = {},
): Required<UserStore<Row>> {
  requirePool(pool, 'postgresUserStore')
  const tables = resolveTables(options, 'postgresUserStore', 2, toUserRow)
  let isThere: Promise<void> | undefined = tables.createTables ? undefined : Promise.resolve()

  const query = async (text: string, values: unknown[]): Promise<Record<string, unknown>[]> => {
    isThere ??= ensureUserTables(pool, tables).catch((error: unknown) => {
      // The next call tries again.
      isThere = undefined
      throw error
    })
    await isThere
    return (await pool.query(text, values)).rows
  }

  const store = sqlUserStore(tables, {
    query: ({ text, values }) => query(text, values),
    insertBoth: async (user) => {
      const made = userInsertion(tables, user)
      const linked = identityInsertion(tables, user)
      const columns = [...made.columns, ...linked.columns]
      const ofUser = [['user_id', `(SELECT ${tables.id} FROM made)`]] as const
      const [row] = await query(
        `WITH made AS (${insertText(made)} RETURNING *), linked AS (${insertText(linked, made.columns.length + 1, ofUser)})
        SELECT * FROM made`,
        columns.map(([, value]) => value),
      )
      return row
    },
    isNoId: (error) => noIdCodes.includes(String((error as { code?: unknown } | null)?.code)),
  })
  return store as unknown as Required<UserStore<Row>>
}

import { requireDriver } from '../driver.js'
import { quoteName } from '../sqlName.js'

/** What a `Pool` of the `pg` package has, as far as it is used here. */
export interface PostgresPool {
  query: (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>
}

/** @throws AuthError `config_invalid` for what is no pool */
export function requirePool(pool: unknown, whose: string): void {
  requireDriver(pool, ['query'], `${whose} takes a pool of the package pg: new pg.Pool({ connectionString }).`)
}

export const defaultTable = 'authrouter_tokens'

/** The SQL that makes the default table, to run in a migration: safe to run again, and in one transaction. */
export const postgresTokenStoreSql = tableSql(defaultTable)

/**
 * A table's name as it is written in SQL, quoted, so that it keeps its case and may be a reserved word.
 * @param name `table` or `schema.table`: letters, digits and underscores, each part at most 50 characters
 * @throws AuthError `config_invalid` for anything else
 */
export function quoteTable(name: string): string {
  return quoteName(name, 'The table of postgresTokenStore', 2)
}

/** The statements that make a table and its index, where they are missing. */
function tableSql(name: string): string {
  const table = quoteTable(name)
  const index = `"${name.replace(/^.*\./, '')}_expires_at"`
  return `CREATE TABLE IF NOT EXISTS ${table} (
  kind text NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  version integer NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX IF NOT EXISTS ${index} ON ${table} (expires_at);
`
}

/**
 * Makes the table, if there is none. An account that may not make tables can use one that is there.
 * @throws the driver's error when the database is away or the account may not
 */
export async function ensureTable(pool: PostgresPool, name: string): Promise<void> {
  const { rows } = await pool.query('SELECT to_regclass($1) IS NOT NULL AS there', [quoteTable(name)])
  if (rows[0]?.['there'] === true) return
  // IF NOT EXISTS alone fails when two processes do it at once. Several statements in one query are one transaction, which holds the lock.
  await pool.query(`SELECT pg_advisory_xact_lock(hashtext('authrouter'), hashtext('${quoteTable(name)}'));\n${tableSql(name)}`)
}

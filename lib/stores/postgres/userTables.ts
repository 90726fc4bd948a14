import { toUserRow } from '../users/row.js'
import { resolveTables, type Column, type ResolvedTables } from '../users/tables.js'
import type { PostgresPool } from './table.js'

/** The SQL that makes the default tables, to run in a migration: safe to run again, and in one transaction. */
export const postgresUserStoreSql = userTablesSql(resolveTables({}, 'postgresUserStore', 2, toUserRow), 'text')

function userTablesSql(tables: ResolvedTables, idType: string): string {
  return `${tables.isOwn ? usersSql(tables) : ''}${identitiesSql(tables, idType)}`
}

function usersSql({ users }: ResolvedTables): string {
  return `CREATE TABLE IF NOT EXISTS ${users} (
  id text PRIMARY KEY,
  name text NOT NULL,
  email text,
  email_verified boolean NOT NULL DEFAULT false,
  picture text,
  locale text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
`
}

function identitiesSql({ users, id, identities }: ResolvedTables, idType: string): string {
  const name = identities.replace(/^.*\.|"/g, '')
  return `CREATE TABLE IF NOT EXISTS ${identities} (
  key text COLLATE "C" PRIMARY KEY,
  user_id ${idType} NOT NULL REFERENCES ${users} (${id}) ON DELETE CASCADE,
  provider text NOT NULL,
  provider_id text NOT NULL,
  email text COLLATE "C",
  email_verified boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_login_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS "${name}_user_id" ON ${identities} (user_id);
CREATE INDEX IF NOT EXISTS "${name}_email" ON ${identities} (email) WHERE email_verified;
`
}

/**
 * Makes the tables, where they are missing. An account that may not make tables can use those that are there.
 * @throws AuthError `config_invalid` when the users table is another one than the options say; the driver's errors
 */
export async function ensureUserTables(pool: PostgresPool, tables: ResolvedTables): Promise<void> {
  const { rows } = await pool.query(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
    WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [tables.users],
  )
  const idType = tables.idType(rows as unknown as Column[])
  const { rows: found } = await pool.query('SELECT to_regclass($1) IS NOT NULL AS there', [tables.identities])
  if (rows.length > 0 && found[0]?.['there'] === true) return
  // IF NOT EXISTS alone fails when two processes do it at once. Several statements in one query are one transaction, which holds the lock.
  await pool.query(
    `SELECT pg_advisory_xact_lock(hashtext('authrouter'), hashtext('${tables.identities}'));\n${userTablesSql(tables, idType)}`,
  )
}

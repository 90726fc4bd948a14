import type { Column, ResolvedTables } from '../users/tables.js'
import type { SqliteFile } from './file.js'

/**
 * Makes the tables, where they are missing.
 * @throws AuthError `config_invalid` when the users table is another one than the options say; the driver's errors
 */
export function ensureUserTables({ all, run, transaction }: SqliteFile, tables: ResolvedTables): void {
  transaction(() => {
    const columns = all('SELECT name, type FROM pragma_table_info(?)', tables.users.slice(1, -1)) as Column[]
    for (const statement of userTables(tables, tables.idType(columns))) run(statement)
  })
}

function userTables({ users, id, identities, isOwn }: ResolvedTables, idType: string): string[] {
  const name = identities.slice(1, -1)
  return [
    ...(isOwn
      ? [
          `CREATE TABLE IF NOT EXISTS ${users} (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            email TEXT,
            email_verified INTEGER NOT NULL DEFAULT 0,
            picture TEXT,
            locale TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
          )`,
        ]
      : []),
    `CREATE TABLE IF NOT EXISTS ${identities} (
      key TEXT PRIMARY KEY,
      user_id ${idType} NOT NULL REFERENCES ${users} (${id}) ON DELETE CASCADE,
      provider TEXT NOT NULL,
      provider_id TEXT NOT NULL,
      email TEXT,
      email_verified INTEGER NOT NULL DEFAULT 0,
      created_at TEXT NOT NULL,
      last_login_at TEXT NOT NULL
    )`,
    `CREATE INDEX IF NOT EXISTS "${name}_user_id" ON ${identities} (user_id)`,
    `CREATE INDEX IF NOT EXISTS "${name}_email" ON ${identities} (email) WHERE email_verified`,
    // In SQLite each connection decides whether it keeps foreign keys, and an id may be used again: a key that outlives its user would
    // sign somebody in as the next one.
    `CREATE TRIGGER IF NOT EXISTS "${name}_removal" AFTER DELETE ON ${users}
      BEGIN DELETE FROM ${identities} WHERE user_id = OLD.${id}; END`,
  ]
}

import { postgresTokenStore, postgresUserStore } from 'authrouter/stores'
import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import { Pool } from 'pg'
import { membersIn } from './members.js'
import type { Storage } from './storage.js'

// The table of connect-pg-simple. Its own `createTableIfMissing` fails when several processes start at once on an empty database, so the
// lock of this one transaction lets them do it one after the other. An application with migrations has it there.
const sessionTable = `
  SELECT pg_advisory_xact_lock(hashtext('example-app session table'));
  CREATE TABLE IF NOT EXISTS session (sid varchar PRIMARY KEY, sess json NOT NULL, expire timestamp(6) NOT NULL);
  CREATE INDEX IF NOT EXISTS session_expire ON session (expire);
`

/**
 * Keeps users, sessions and tokens in one Postgres database; the tables are made at the first start.
 * @throws the driver's error when it cannot be reached at the start; later on the pool connects again by itself
 */
export async function openPostgres(connectionString: string): Promise<Storage> {
  const pool = new Pool({ connectionString, max: 10, connectionTimeoutMillis: 3000 })
  pool.on('error', (error) => {
    console.error(`Postgres: ${error.message}`)
  })
  await pool.query(sessionTable)
  const store = new (connectPgSimple(session))({
    pool,
    errorLog: (...facts: unknown[]) => {
      console.error(...facts)
    },
  })

  return {
    sessions: { session: { store }, tokenStore: postgresTokenStore(pool) },
    userStore: postgresUserStore(pool),
    members: membersIn(async (text, values) => (await pool.query<Record<string, unknown>>(text, [...values])).rows),
    name: 'users, sessions and tokens in Postgres',
    async close() {
      store.close()
      await pool.end()
    },
  }
}

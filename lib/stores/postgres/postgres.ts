import { randomToken } from '../../base/random.js'
import { everyMinute } from '../everyMinute.js'
import type { TokenStore } from '../tokenStore.js'
import { defaultTable, ensureTable, quoteTable, type PostgresPool, requirePool } from './table.js'

export interface PostgresTokenStoreOptions {
  /** `table` or `schema.table`, `authrouter_tokens` by default. */
  table?: string
  /** Makes the table at the first use, if there is none: `true` by default. `false` when a migration runs `postgresTokenStoreSql`. */
  createTable?: boolean
}

type Kind = 'record' | 'lock' | 'claim'

/** Seconds; `undefined` for a record that stays. */
type Ttl = number | undefined

const batch = 500

/**
 * Keeps tokens in one table of a Postgres database, for any number of processes and machines. Every call is one statement, the database's
 * clock decides what has expired, and a lock is a row: no connection is held while a lock is.
 * @param pool a `Pool` of the `pg` package, which stays its owner's to close
 * @throws AuthError `config_invalid` for what is no pool, and a table's name that is none; from the store's methods the driver's errors
 */
export function postgresTokenStore(pool: PostgresPool, options: PostgresTokenStoreOptions = {}): TokenStore {
  requirePool(pool, 'postgresTokenStore')
  const { table: name = defaultTable, createTable = true } = options
  const table = quoteTable(name)
  const removeExpired = everyMinute(() => {
    deleteExpired(pool, table).catch(() => undefined)
  })
  let isThere: Promise<void> | undefined = createTable ? undefined : Promise.resolve()

  const query = async (text: string, values: unknown[]): ReturnType<PostgresPool['query']> => {
    isThere ??= ensureTable(pool, name).catch((error: unknown) => {
      // The next call tries again.
      isThere = undefined
      throw error
    })
    await isThere
    return pool.query(text, values)
  }
  const write = async (text: string, values: unknown[]): Promise<boolean> => {
    const { rowCount } = await query(text, values)
    removeExpired()
    return rowCount === 1
  }
  // The clock is read as the row is judged: `now()` would be the time before the wait for another writer.
  const expiry = "COALESCE(clock_timestamp() + $4::float8 * interval '1 second', 'infinity')"
  const insert = `INSERT INTO ${table} AS held (kind, key, value, version, expires_at) VALUES ($1, $2, $3, 1, ${expiry})
    ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, version =`

  const writeIfNothing = (kind: Kind, key: string, value: string, ttl: Ttl): Promise<boolean> => {
    return write(`${insert} 1 WHERE held.expires_at <= clock_timestamp()`, [kind, key, value, ttl])
  }
  const writeOverAnything = (key: string, value: string, ttl: Ttl): Promise<boolean> => {
    return write(`${insert} CASE WHEN held.expires_at <= clock_timestamp() THEN 1 ELSE held.version + 1 END`, ['record', key, value, ttl])
  }
  const writeIfVersion = (key: string, value: string, ttl: Ttl, version: number): Promise<boolean> => {
    return write(
      `UPDATE ${table} SET value = $3, version = version + 1, expires_at = ${expiry}
      WHERE kind = $1 AND key = $2 AND version = $5 AND expires_at > clock_timestamp()`,
      ['record', key, value, ttl, version],
    )
  }

  return {
    async get(key) {
      const text = `SELECT value, version FROM ${table} WHERE kind = 'record' AND key = $1 AND expires_at > clock_timestamp()`
      const {
        rows: [row],
      } = await query(text, [key])
      return row && { record: String(row['value']), version: Number(row['version']) }
    },
    async set(key, record, { version, ttl }) {
      if (version === undefined) return writeOverAnything(key, record, ttl)
      return version === 0 ? writeIfNothing('record', key, record, ttl) : writeIfVersion(key, record, ttl, version)
    },
    async delete(key) {
      await write(`DELETE FROM ${table} WHERE kind = 'record' AND key = $1`, [key])
    },
    async lock(key, ttl) {
      const owner = randomToken(16)
      if (!(await writeIfNothing('lock', key, owner, ttl))) return undefined
      return {
        renew: (nextTtl) =>
          write(
            `UPDATE ${table} SET expires_at = ${expiry}
          WHERE kind = $1 AND key = $2 AND value = $3 AND expires_at > clock_timestamp()`,
            ['lock', key, owner, nextTtl],
          ),
        release: async () => {
          await write(`DELETE FROM ${table} WHERE kind = 'lock' AND key = $1 AND value = $2`, [key, owner])
        },
      }
    },
    async take(key, ttl) {
      return writeIfNothing('claim', key, '', ttl)
    },
  }
}

/** Removes what has expired, a batch at a time and around rows that somebody is writing, so that nobody waits for it. */
async function deleteExpired(pool: PostgresPool, table: string): Promise<void> {
  let removed: number | null
  do {
    const { rowCount } = await pool.query(`DELETE FROM ${table} WHERE (kind, key) IN (
      SELECT kind, key FROM ${table} WHERE expires_at < now() ORDER BY expires_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`)
    removed = rowCount
  } while (removed === batch)
}

import { randomToken } from '../../base/random.js'
import { everyMinute } from '../everyMinute.js'
import type { TokenStore } from '../tokenStore.js'
import { openSqlite } from './file.js'
import { loadLibsql } from './libsql.js'

/** A token store that holds a file open. */
export interface SqliteTokenStore extends TokenStore {
  /** Closes the file. */
  close: () => void
}

type Kind = 'record' | 'lock' | 'claim'

const tables = [
  `CREATE TABLE IF NOT EXISTS authrouter_tokens (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
  )`,
  'CREATE INDEX IF NOT EXISTS authrouter_tokens_expires_at ON authrouter_tokens (expires_at)',
]

const insert = `INSERT INTO authrouter_tokens AS held (kind, key, value, version, expires_at) VALUES (:kind, :key, :value, 1, :expiry)
  ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, version =`
const writeIfNothing = `${insert} 1 WHERE held.expires_at <= :now`
/** Milliseconds since 1970 that no clock shows. */
const never = Number.MAX_SAFE_INTEGER

const writeOverAnything = `${insert} CASE WHEN held.expires_at <= :now THEN 1 ELSE held.version + 1 END`
const writeIfVersion = `UPDATE authrouter_tokens SET value = :value, version = version + 1, expires_at = :expiry
  WHERE kind = :kind AND key = :key AND version = :version AND expires_at > :now`
const extendIfOwner = `UPDATE authrouter_tokens SET expires_at = :expiry
  WHERE kind = :kind AND key = :key AND value = :value AND expires_at > :now`
const deleteIfOwner = "DELETE FROM authrouter_tokens WHERE kind = 'lock' AND key = ? AND value = ?"
const deleteRecord = "DELETE FROM authrouter_tokens WHERE kind = 'record' AND key = ?"
const readRecord = "SELECT value, version FROM authrouter_tokens WHERE kind = 'record' AND key = ? AND expires_at > ?"
const deleteExpired = `DELETE FROM authrouter_tokens WHERE (kind, key) IN (
  SELECT kind, key FROM authrouter_tokens WHERE expires_at <= ? LIMIT 500)`

/**
 * Keeps tokens in an SQLite file, for the processes of one machine. Needs the package `libsql`, which is loaded by this call. A write
 * waits for another process's for at most three seconds, and this process with it.
 * @param file path of the file, which is made when it is missing; its folder must be there, and not on a network drive
 * @throws AuthError `config_invalid` when `libsql` is not installed; the driver's errors, also from the store's methods
 */
export function sqliteTokenStore(file: string): SqliteTokenStore {
  const { all, run, close } = openSqlite(loadLibsql('sqliteTokenStore'), file, tables)
  const now = Date.now

  const removeExpired = everyMinute(() => {
    try {
      run(deleteExpired, now())
    } catch {
      // What is left over does no harm, and the caller's own write is done.
    }
  })
  // Each statement is a transaction that takes the lock for writing before it reads.
  const write = (sql: string, kind: Kind, key: string, value: string, ttl: number | undefined, more: object = {}): boolean => {
    const time = now()
    const changes = run(sql, { kind, key, value, now: time, expiry: ttl === undefined ? never : time + ttl * 1000, ...more })
    removeExpired()
    return changes === 1
  }

  return {
    async get(key) {
      const [row] = all(readRecord, key, now()) as { value: string; version: number }[]
      return row && { record: row.value, version: row.version }
    },
    async set(key, record, { version, ttl }) {
      if (version === undefined) return write(writeOverAnything, 'record', key, record, ttl)
      return version === 0
        ? write(writeIfNothing, 'record', key, record, ttl)
        : write(writeIfVersion, 'record', key, record, ttl, { version })
    },
    async delete(key) {
      run(deleteRecord, key)
    },
    async lock(key, ttl) {
      const owner = randomToken(16)
      if (!write(writeIfNothing, 'lock', key, owner, ttl)) return undefined
      return {
        renew: async (nextTtl) => write(extendIfOwner, 'lock', key, owner, nextTtl),
        release: async () => {
          run(deleteIfOwner, key, owner)
        },
      }
    },
    async take(key, ttl) {
      return write(writeIfNothing, 'claim', key, '', ttl)
    },
    close,
  }
}

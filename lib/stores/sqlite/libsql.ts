import { createRequire } from 'node:module'
import { AuthError } from '../../base/errors.js'

/** A database of the `libsql` package, as far as it is used here. */
export interface SqliteDatabase {
  exec: (sql: string) => unknown
  prepare: (sql: string) => SqliteStatement
  close: () => unknown
  readonly inTransaction: boolean
}

export interface SqliteStatement {
  all: (...values: unknown[]) => unknown[]
  run: (...values: unknown[]) => { changes: number }
}

export type SqliteDatabaseConstructor = new (file: string) => SqliteDatabase

/**
 * The class `Database` of the `libsql` package, which is loaded here and nowhere else.
 * @param whose the store that needs it, for the message
 * @throws AuthError `config_invalid` when the package is not installed, or not for this machine
 */
export function loadLibsql(whose: string, load: (name: string) => unknown = createRequire(import.meta.url)): SqliteDatabaseConstructor {
  try {
    return load('libsql') as SqliteDatabaseConstructor
  } catch (cause) {
    throw new AuthError('config_invalid', `${whose} needs the package libsql, which could not be loaded: npm install libsql`, {
      cause,
    })
  }
}

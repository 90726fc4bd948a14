import type { SqliteDatabase, SqliteDatabaseConstructor, SqliteStatement } from './libsql.js'

/** An open file. After `close` the others throw the driver's error. */
export interface SqliteFile {
  /** All rows that a statement finds. */
  all: (sql: string, ...values: unknown[]) => unknown[]
  /** How many rows a statement has changed. */
  run: (sql: string, ...values: unknown[]) => number
  /** Does all of some work or, where it throws, nothing. Takes the lock for writing first, and must not wait for anything else. */
  transaction: <T>(work: () => T) => T
  close: () => void
}

const patience = 3_000

const setUp = [
  `PRAGMA busy_timeout = ${patience}`,
  // Readers and a writer do not wait for each other, and a process that is killed leaves every finished write behind.
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = NORMAL',
  'PRAGMA foreign_keys = ON',
]

/**
 * Opens a file that other processes may be opening for the first time in the same moment, and makes what is missing in it.
 * @param tables statements that make tables, where they are missing
 * @throws the driver's error when the file cannot be opened, or others keep it busy for three seconds
 */
export function openSqlite(Database: SqliteDatabaseConstructor, file: string, tables: readonly string[]): SqliteFile {
  const database = new Database(file)
  const statements = new Map<string, SqliteStatement>()
  const prepare = (sql: string): SqliteStatement => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const close = (): void => {
    // In libsql a prepared statement outlives its closed database, and would still read and write the file.
    statements.clear()
    database.close()
  }
  try {
    for (const statement of [...setUp, ...tables]) execute(database, statement)
  } catch (error) {
    close()
    throw error
  }
  const run = (sql: string, ...values: unknown[]): number => prepare(sql).run(...values).changes
  return {
    // libsql's `get` does not end the statement: the next call on it would go on to the next row. `all` does.
    all: (sql, ...values) => prepare(sql).all(...values),
    run,
    transaction: (work) => {
      run('BEGIN IMMEDIATE')
      try {
        const result = work()
        run('COMMIT')
        return result
      } catch (error) {
        // SQLite has ended it by itself where the disk is full.
        if (database.inTransaction) run('ROLLBACK')
        throw error
      }
    },
    close,
  }
}

// SQLite does not wait by itself while another process changes the journal mode.
function execute(database: SqliteDatabase, statement: string): void {
  const end = Date.now() + patience
  for (;;) {
    try {
      database.exec(statement)
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > end) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith('SQLITE_BUSY')
}

import type { SqliteDatabase, SqliteDatabaseConstructor, SqliteStatement } from './libsql.js'

/** An open file. After `close` the others throw the driver's error. */
export interface SqliteFile {
  /** All rows that a statement finds. */
  all: (sql: string, ...values: unknown[]) => unknown[]
  /** How many rows a statement has changed. */
  run: (sql: string, ...values: unknown[]) => number
  close: () => void
}

const patience = 3_000

const setUp = [
  `PRAGMA busy_timeout = ${patience}`,
  // Readers and a writer do not wait for each other, and a process that is killed leaves every finished write behind.
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = NORMAL',
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

/**
 * Opens a file that other processes may be opening for the first time in the same moment, and makes the table.
 * @throws the driver's error when the file cannot be opened, or others keep it busy for three seconds
 */
export function openSqlite(Database: SqliteDatabaseConstructor, file: string): SqliteFile {
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
    for (const statement of setUp) execute(database, statement)
  } catch (error) {
    close()
    throw error
  }
  return {
    // libsql's `get` does not end the statement: the next call on it would go on to the next row. `all` does.
    all: (sql, ...values) => prepare(sql).all(...values),
    run: (sql, ...values) => prepare(sql).run(...values).changes,
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

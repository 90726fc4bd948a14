import Database from 'libsql'
import pg from 'pg'
import { startPostgres } from '../support/postgres.js'
import { temporaryDatabase } from './exampleServer.js'

/** A database for the example application, and a look into it. */
export interface ExampleDatabase {
  /** What the example application has to be started with. */
  setting: Record<string, string>
  rows: <Row>(sql: string) => Promise<Row[]>
  close: () => Promise<void>
}

export type DatabaseName = keyof typeof exampleDatabases

/** SQLite, beside which sessions are in encrypted cookies, and Postgres, which has the sessions too. */
export const exampleDatabases = { SQLite: openSqlite, Postgres: openPostgres }

function openSqlite(): Promise<ExampleDatabase> {
  const file = temporaryDatabase()
  const rows = <Row>(sql: string): Promise<Row[]> => {
    const database = new Database(file)
    const found = database.prepare(sql).all() as Row[]
    database.close()
    return Promise.resolve(found)
  }
  return Promise.resolve({ setting: { DATABASE_FILE: file }, rows, close: () => Promise.resolve() })
}

async function openPostgres(): Promise<ExampleDatabase> {
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.connectionString })
  pool.on('error', () => undefined)
  return {
    setting: { DATABASE_URL: server.connectionString },
    rows: async <Row>(sql: string) => (await pool.query(sql)).rows as Row[],
    close: async () => {
      await pool.end()
      await server.stop()
    },
  }
}

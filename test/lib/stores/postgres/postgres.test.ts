import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { postgresTokenStore, postgresTokenStoreSql, type TokenStore } from '../../../../lib/stores/index.js'
import { tokenStoreContract } from '../../../../testing/index.js'
import { describeWith } from '../../../support/parts.js'
import { startPostgres, type PostgresServer } from '../../../support/postgres.js'

let server: PostgresServer
let pool: pg.Pool
let otherPool: pg.Pool
let store: TokenStore
let other: TokenStore

function connect(more: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({ connectionString: server.connectionString, max: 5, ...more }).on('error', () => undefined)
}

async function countRows(table: string): Promise<number> {
  const {
    rows: [row],
  } = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)
  return row?.count ?? -1
}

function oldRows(table: string, count: number): string {
  return `INSERT INTO ${table} SELECT 'record', 'old ' || n, 'x', 1, now() - interval '1 second' FROM generate_series(1, ${count}) AS n`
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20)
}

beforeAll(async () => {
  server = await startPostgres()
  pool = connect()
  otherPool = connect()
  store = postgresTokenStore(pool)
  other = postgresTokenStore(otherPool)
})

afterAll(async () => {
  await pool.end()
  await otherPool.end()
  await server.stop()
})

describeWith('postgresql', 'postgresTokenStore keeps the contract:', () => {
  test.each(tokenStoreContract)('$name', async ({ run }) => {
    await run(store, other)
  })
})

describeWith('postgresql', 'the table of postgresTokenStore', () => {
  test('is made by the first use, also when eight processes use it first at once', async () => {
    for (const table of ['first_race', 'second_race', 'third_race']) {
      const pools = Array.from({ length: 8 }, () => connect({ max: 2 }))
      await Promise.all(pools.map(async (one) => one.query('SELECT 1')))
      const written = await Promise.all(pools.map((one) => postgresTokenStore(one, { table }).set('a', 'record', { version: 0, ttl: 60 })))
      expect(written.filter(Boolean)).toHaveLength(1)
      const { rows } = await pool.query('SELECT indexname FROM pg_indexes WHERE tablename = $1 ORDER BY 1', [table])
      expect(rows).toEqual([{ indexname: `${table}_expires_at` }, { indexname: `${table}_pkey` }])
      await Promise.all(pools.map((one) => one.end()))
    }
  })

  test('may be in a schema, and keeps its case and reserved words', async () => {
    await pool.query('CREATE SCHEMA "Shop"')
    for (const table of ['Shop.Tokens', 'user']) {
      const one = postgresTokenStore(pool, { table })
      expect(await one.set('a', 'record', { version: 0, ttl: 60 })).toBe(true)
      expect(await one.get('a')).toEqual({ record: 'record', version: 1 })
    }
    expect(await countRows('"Shop"."Tokens"')).toBe(1)
    expect(await countRows('"user"')).toBe(1)
  })

  test.each(['', 'a b', 'a"b', 'a;drop table b', 'a.b.c', '1a', '.a', 'a.', 'ä', 'a'.repeat(51)])('is not called %j', (table) => {
    expect(() => postgresTokenStore(pool, { table })).toThrow(expect.objectContaining({ code: 'config_invalid' }))
  })

  test('is left to a migration when that is asked for, whose SQL may run twice', async () => {
    await pool.query('CREATE DATABASE migrated')
    const migrated = connect({ connectionString: server.connectionString.replace(/postgres$/, 'migrated') })
    const one = postgresTokenStore(migrated, { createTable: false })
    await expect(one.set('a', 'record', { ttl: 60 })).rejects.toMatchObject({ code: '42P01' })
    await migrated.query(postgresTokenStoreSql)
    await migrated.query(postgresTokenStoreSql)
    expect(await one.set('a', 'record', { ttl: 60 })).toBe(true)
    await migrated.end()
  })

  test('that is there serves an account that may not make tables', async () => {
    await pool.query('CREATE ROLE app LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON authrouter_tokens TO app')
    const app = connect({ connectionString: server.connectionString.replace('postgres@', 'app@') })
    await expect(app.query('CREATE TABLE mine (a int)')).rejects.toMatchObject({ code: '42501' })
    const one = postgresTokenStore(app)
    expect(await one.set('of the app', 'record', { version: 0, ttl: 60 })).toBe(true)
    expect(await (await one.lock?.('of the app', 60))?.renew(60)).toBe(true)
    await app.end()
  })
})

describeWith('postgresql', 'postgresTokenStore', () => {
  test('removes what has expired, in batches, and nothing else', async () => {
    const first = postgresTokenStore(pool, { table: 'swept' })
    await first.set('lives', 'record', { ttl: 60 })
    await pool.query(oldRows('swept', 1200))
    await first.set('lives', 'again', { ttl: 60 })
    expect(await countRows('swept')).toBe(1201)

    await postgresTokenStore(pool, { table: 'swept' }).take?.('claim', 60)
    await until(async () => (await countRows('swept')) === 2)
    expect(await first.get('lives')).toEqual({ record: 'again', version: 2 })
  })

  test('does not wait for a row that somebody holds to remove it', async () => {
    const one = postgresTokenStore(pool, { table: 'held' })
    await one.get('a')
    await pool.query(oldRows('held', 3))
    const holder = await pool.connect()
    await holder.query("BEGIN; SELECT * FROM held WHERE key = 'old 1' FOR UPDATE")
    await one.set('a', 'record', { ttl: 60 })
    await until(async () => (await countRows('held')) === 2)
    await holder.query('ROLLBACK')
    holder.release()
  })

  test('holds no connection while a lock is held', async () => {
    const small = connect({ max: 1 })
    const one = postgresTokenStore(small)
    const locks = await Promise.all(['a', 'b', 'c'].map(async (key) => one.lock?.(`small ${key}`, 60)))
    expect(await one.get('nothing')).toBeUndefined()
    expect(await Promise.all(locks.map(async (lock) => lock?.renew(60)))).toEqual([true, true, true])
    await small.end()
  })

  test("lets the driver's errors through, and works again when the database is back, table included", async () => {
    const late = postgresTokenStore(pool, { table: 'late' })
    await server.crash()
    await expect(late.get('a')).rejects.toThrow()
    await expect(store.set('a', 'record', { ttl: 60 })).rejects.toThrow()
    await server.recover()
    await until(async () => await late.set('a', 'record', { version: 0, ttl: 60 }).catch(() => false))
    expect(await late.get('a')).toEqual({ record: 'record', version: 1 })
  })
})

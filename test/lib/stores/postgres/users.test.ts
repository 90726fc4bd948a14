import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import pg from 'pg'
import { postgresUserStore, postgresUserStoreSql, type ExistingUsers, type UserRow, type UserStore } from '../../../../lib/stores/index.js'
import { userStoreContract } from '../../../../testing/index.js'
import { newUser } from '../../../../testing/userStoreCase.js'
import { describeWith } from '../../../support/parts.js'
import { startPostgres, type PostgresServer } from '../../../support/postgres.js'

interface Member {
  id: string
  member_no: string
  full_name: string
  mail: string | null
  is_admin: boolean
}

const members: ExistingUsers = {
  table: 'shop.members',
  id: 'member_no',
  insert: (user) => ({ full_name: user.name, mail: user.email ?? null }),
}
const columns = 'full_name text NOT NULL, mail text UNIQUE, is_admin boolean NOT NULL DEFAULT false'

let server: PostgresServer
let pool: pg.Pool
let otherPool: pg.Pool
let store: Required<UserStore<UserRow>>
let other: Required<UserStore<UserRow>>

function connect(more: pg.PoolConfig = {}): pg.Pool {
  return new pg.Pool({ connectionString: server.connectionString, max: 5, ...more }).on('error', () => undefined)
}

async function query(sql: string, values: unknown[] = []): Promise<unknown[]> {
  return (await pool.query<Record<string, unknown>>(sql, values)).rows
}

beforeAll(async () => {
  server = await startPostgres()
  pool = connect()
  otherPool = connect()
  store = postgresUserStore(pool)
  other = postgresUserStore(otherPool)
  await pool.query('CREATE SCHEMA shop')
})

afterAll(async () => {
  await pool.end()
  await otherPool.end()
  await server.stop()
})

describeWith('postgresql', 'postgresUserStore keeps the contract:', () => {
  test.each(userStoreContract)('$name', async ({ run }) => {
    await run(store, other)
  })
})

describeWith('postgresql', 'postgresUserStore keeps the contract over a table of the application', () => {
  const types = {
    numbers: 'bigint GENERATED ALWAYS AS IDENTITY',
    'small numbers': 'serial',
    UUIDs: 'uuid DEFAULT gen_random_uuid()',
    'its own texts': "varchar(40) DEFAULT 'm' || md5(random()::text)",
  }

  test.each(Object.entries(types))('whose ids are %s', async (_name, type) => {
    const table = `shop.members_${type.slice(0, 4).trim()}`
    await query(`CREATE TABLE ${table} (member_no ${type} PRIMARY KEY, ${columns})`)
    const options = { users: { ...members, table }, identities: `${table}_logins` }
    const [one, two] = [postgresUserStore<Member>(pool, options), postgresUserStore<Member>(otherPool, options)]
    for (const { run } of userStoreContract) await run(one, two)
  })
})

describeWith('postgresql', 'postgresUserStore', () => {
  test('keeps of a user what it says, and nothing else', async () => {
    const user = newUser({
      email: 'Ada@Example.com',
      emailVerified: true,
      locale: 'en',
      phoneNumber: '+44 1',
      raw: { access_token: 'secret' },
    })
    const row = await store.create(user)
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(row).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Ada Lovelace',
      email: 'Ada@Example.com',
      emailVerified: true,
      locale: 'en',
      createdAt: time,
      updatedAt: time,
    })
    expect(await query('SELECT * FROM identities WHERE key = $1', [user.key])).toEqual([
      {
        key: user.key,
        user_id: row.id,
        provider: user.provider,
        provider_id: user.id,
        email: 'ada@example.com',
        email_verified: true,
        created_at: expect.any(Date),
        last_login_at: new Date(user.loggedInAt),
      },
    ])
  })

  test('does not let another account erase what is known, nor an unverified address replace a verified one', async () => {
    const user = newUser({ email: 'ada@example.org', emailVerified: true, picture: 'https://pictures.example/ada' })
    const { id } = await store.create(user)
    const second = newUser({ name: 'Ada King', email: 'evil@example.org', emailVerified: false })
    await store.link(id, second)
    expect(await store.update(id, second)).toMatchObject({
      name: 'Ada King',
      email: 'ada@example.org',
      emailVerified: true,
      picture: user.picture,
    })
    expect(await store.update(id, { ...user, email: 'new@example.org' })).toMatchObject({ email: 'new@example.org', emailVerified: true })
  })

  test('waits for nobody and blocks nobody with a pool of one connection', async () => {
    const small = connect({ max: 1 })
    const one = postgresUserStore(small)
    const rows = await Promise.all(Array.from({ length: 20 }, async () => one.create(newUser())))
    expect(new Set(rows.map(({ id }) => id)).size).toBe(20)
    await small.end()
  })

  test('takes an id with NUL for nobody', async () => {
    const { id } = await store.create(newUser())
    expect(await store.findById(`${id}\0`)).toBeUndefined()
    await store.remove(`${id}\0`)
    expect(await store.findById(id)).toBeDefined()
  })

  test("lets the driver's errors through, and works again when the database is back, tables included", async () => {
    const late = postgresUserStore(pool, { users: 'late_users', identities: 'late_identities' })
    const user = newUser()
    await server.crash()
    await expect(late.create(user)).rejects.toThrow()
    await expect(store.findById('a')).rejects.toThrow()
    await server.recover()
    let row: UserRow | undefined
    while (!row) {
      await sleep(20)
      row = await Promise.resolve(late.create(user)).catch(() => undefined)
    }
    expect(await late.findByKey(user.key)).toEqual(row)
  })
})

describeWith('postgresql', 'a users table that is there', () => {
  test('stays as it is, gets no row when a login fails, and is written where the application says what', async () => {
    await query(`CREATE TABLE shop.members (member_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${columns})`)
    const own = postgresUserStore<Member>(pool, { users: members, identities: 'shop.logins' })
    const user = newUser({ email: 'ada@example.com' })
    const row = await own.create(user)
    expect(row).toEqual({ id: '1', member_no: '1', full_name: 'Ada Lovelace', mail: 'ada@example.com', is_admin: false })
    expect(await own.update(1, { ...user, name: 'Ada King' })).toEqual(row)
    await expect(own.create(newUser({ email: 'ada@example.com' }))).rejects.toMatchObject({ code: '23505' })
    expect(await query('SELECT member_no FROM shop.members')).toEqual([{ member_no: '1' }])

    const writing = postgresUserStore<Member>(pool, {
      users: { ...members, update: ({ name }) => ({ full_name: name, is_admin: true }) },
      identities: 'shop.logins',
    })
    expect(await writing.update('1', { ...user, name: 'Ada King' })).toMatchObject({ full_name: 'Ada King', is_admin: true })
    const wrong = postgresUserStore<Member>(pool, {
      users: { ...members, update: () => ({ is_admin: 'perhaps' }) },
      identities: 'shop.logins',
    })
    await expect(wrong.update('1', user)).rejects.toMatchObject({ code: '22P02' })
    await query('DELETE FROM shop.members')
    expect(await own.findByKey(user.key)).toBeUndefined()
  })

  test('with unique addresses gives all who sign in first at once the same row', async () => {
    const own = postgresUserStore<Member>(pool, { users: members, identities: 'shop.logins' })
    const user = newUser({ email: 'grace@example.com' })
    const rows = await Promise.all(Array.from({ length: 20 }, async () => own.create(user)))
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1)
  })

  test('is not taken for the own one of the store, nor another way round', async () => {
    await query('CREATE TABLE customers (id bigint PRIMARY KEY, email text)')
    const invalid = (message: RegExp): unknown =>
      expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(message) })
    const wrong = [
      [{ users: 'customers' }, /"customers" is there and not one of postgresUserStore/],
      [{ users: { ...members, table: 'people' } }, /no table "people"/],
      [{ users: { ...members, table: 'customers' } }, /column "member_no"/],
    ] as const
    for (const [options, message] of wrong) {
      await expect(postgresUserStore(pool, { ...options, identities: 'customer_logins' }).create(newUser())).rejects.toEqual(
        invalid(message),
      )
    }
    expect(await query("SELECT to_regclass('customer_logins') AS made")).toEqual([{ made: null }])
  })
})

describeWith('postgresql', 'the tables of postgresUserStore', () => {
  test.each(['', 'a b', 'a"b', 'a;drop table b', 'a.b.c', '1a', 'ä', 'a'.repeat(51)])('are not called %j', (name) => {
    const invalid = expect.objectContaining({ code: 'config_invalid' })
    expect(() => postgresUserStore(pool, { users: name })).toThrow(invalid)
    expect(() => postgresUserStore(pool, { identities: name })).toThrow(invalid)
    expect(() => postgresUserStore(pool, { users: { ...members, id: name } })).toThrow(invalid)
  })

  test('are made by the first use, also when eight processes use them first at once, in a schema and with reserved words', async () => {
    const pools = Array.from({ length: 8 }, () => connect({ max: 2 }))
    await Promise.all(pools.map(async (one) => one.query('SELECT 1')))
    const user = newUser()
    const options = { users: 'shop.User', identities: 'shop.Select' }
    const rows = await Promise.all(pools.map(async (one) => postgresUserStore(one, options).create(user)))
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1)
    expect(await query('SELECT count(*)::int AS n FROM shop."User" JOIN shop."Select" ON id = user_id')).toEqual([{ n: 1 }])
    await Promise.all(pools.map((one) => one.end()))
  })

  test('are left to a migration when that is asked for, whose SQL may run twice', async () => {
    await query('CREATE DATABASE migrated')
    const migrated = connect({ connectionString: server.connectionString.replace(/postgres$/, 'migrated') })
    const one = postgresUserStore(migrated, { createTables: false })
    await expect(one.create(newUser())).rejects.toMatchObject({ code: '42P01' })
    await migrated.query(postgresUserStoreSql)
    await migrated.query(postgresUserStoreSql)
    expect(await one.create(newUser())).toMatchObject({ name: 'Ada Lovelace' })
    await migrated.end()
  })

  test('are those of docs/user-stores.md', async () => {
    const docs = readFileSync(new URL('../../../../docs/user-stores.md', import.meta.url), 'utf8')
    const [shown = ''] = [...docs.matchAll(/^```sql\n(CREATE TABLE users .*?)^```$/gms)].map(([, sql]) => sql)
    const described = async (sql: string, schema: string): Promise<unknown[]> => {
      await query(`CREATE SCHEMA ${schema}`)
      const own = connect({ max: 1, options: `-c search_path=${schema}` })
      await own.query(sql)
      await own.end()
      const ofColumns = `SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name FROM information_schema.columns
        WHERE table_schema = $1 ORDER BY 1, ordinal_position`
      const ofIndexes = `SELECT replace(indexdef, $1, '') AS index FROM pg_indexes WHERE schemaname = $1 ORDER BY 1`
      const ofKeys = `SELECT contype, confdeltype FROM pg_constraint WHERE connamespace = $1::regnamespace AND contype <> 'n' ORDER BY 1`
      return [...(await query(ofColumns, [schema])), ...(await query(ofIndexes, [schema])), ...(await query(ofKeys, [schema]))]
    }
    const shownTables = await described(shown, 'shown')
    expect(shownTables).toHaveLength(16 + 4 + 3)
    expect(shownTables).toEqual(await described(postgresUserStoreSql, 'made'))
  })

  test('that are there serve an account that may not make tables', async () => {
    await query('CREATE ROLE app LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON users, identities TO app')
    const app = connect({ connectionString: server.connectionString.replace('postgres@', 'app@') })
    const one = postgresUserStore(app)
    const user = newUser()
    const { id } = await one.create(user)
    expect(await one.link(id, user)).toBe(true)
    await one.remove(id)
    expect(await one.findByKey(user.key)).toBeUndefined()
    await app.end()
  })
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { sqliteTokenStore, sqliteUserStore, type ExistingUsers } from '../../../../lib/stores/index.js'
import { loadLibsql } from '../../../../lib/stores/sqlite/libsql.js'
import { userStoreContract } from '../../../../testing/index.js'
import { newUser } from '../../../../testing/userStoreCase.js'

const folder = mkdtempSync(join(tmpdir(), 'authrouter-sqlite-users-'))
const file = join(folder, 'users.db')
const store = sqliteUserStore(file)
const other = sqliteUserStore(file)

interface Member {
  id: number
  member_no: number
  full_name: string
  mail: string | null
  is_admin: number
}

const members: ExistingUsers = {
  table: 'members',
  id: 'member_no',
  insert: (user) => ({ full_name: user.name, mail: user.email ?? null }),
}

/** An application's own table, in a file of its own. */
function applicationFile(name: string, id = 'INTEGER PRIMARY KEY AUTOINCREMENT'): string {
  const path = join(folder, name)
  query(path, `CREATE TABLE members (member_no ${id}, full_name TEXT NOT NULL, mail TEXT UNIQUE, is_admin INTEGER NOT NULL DEFAULT 0)`)
  return path
}

/** What another program sees, and does, with foreign keys as most have them: off. */
function query(path: string, sql: string): unknown[] {
  const Database = loadLibsql('a test')
  const database = new Database(path)
  database.exec('PRAGMA foreign_keys = OFF')
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

afterAll(() => {
  store.close()
  other.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('sqliteUserStore keeps the contract:', () => {
  test.each(userStoreContract)('$name', async ({ run }) => {
    await run(store, other)
  })
})

describe('sqliteUserStore keeps the contract over a table of the application:', () => {
  const path = applicationFile('contract.db')
  const [one, two] = [0, 1].map(() => sqliteUserStore<Member>({ file: path, users: members, identities: 'logins' }))

  test.each(userStoreContract)('$name', async ({ run }) => {
    if (one && two) await run(one, two)
  })
  afterAll(() => {
    one?.close()
    two?.close()
  })
})

describe('sqliteUserStore', () => {
  test('keeps of a user what it says, and nothing else', async () => {
    const path = join(folder, 'kept.db')
    const kept = sqliteUserStore(path)
    const user = newUser({
      email: 'Ada@Example.com',
      emailVerified: true,
      picture: 'https://pictures.example/ada',
      locale: 'en',
      phoneNumber: '+44 1',
      raw: { access_token: 'secret' },
    })
    const row = await kept.create(user)
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)
    expect(row).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Ada Lovelace',
      email: 'Ada@Example.com',
      emailVerified: true,
      picture: 'https://pictures.example/ada',
      locale: 'en',
      createdAt: time,
      updatedAt: time,
    })
    expect(query(path, 'SELECT * FROM identities')).toEqual([
      {
        key: user.key,
        user_id: row.id,
        provider: user.provider,
        provider_id: user.id,
        email: 'ada@example.com',
        email_verified: 1,
        created_at: time,
        last_login_at: user.loggedInAt,
      },
    ])
    kept.close()
  })

  test('does not let another account erase what is known, nor an unverified address replace a verified one', async () => {
    const user = newUser({ email: 'ada@example.com', emailVerified: true, picture: 'https://pictures.example/ada' })
    const { id } = await store.create(user)
    const second = newUser({ name: 'Ada King', email: 'evil@example.com', emailVerified: false })
    await store.link(id, second)
    expect(await store.update(id, second)).toMatchObject({
      name: 'Ada King',
      email: 'ada@example.com',
      emailVerified: true,
      picture: user.picture,
    })
    expect(await store.update(id, { ...user, email: 'new@example.com' })).toMatchObject({ email: 'new@example.com', emailVerified: true })
  })

  test('gives the columns that the application has added', async () => {
    const path = join(folder, 'added.db')
    const added = sqliteUserStore(path)
    const { id } = await added.create(newUser())
    query(path, "ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'reader'")
    expect(await added.findById(id)).toMatchObject({ id, role: 'reader' })
    added.close()
  })

  test('shares a file with sqliteTokenStore, and keeps users when it is opened again', async () => {
    const path = join(folder, 'shared.db')
    const tokens = sqliteTokenStore(path)
    const first = sqliteUserStore(path)
    const user = newUser()
    const [row] = await Promise.all([first.create(user), tokens.set('key', 'record', { ttl: 60 })])
    first.close()
    await expect(first.findByKey(user.key)).rejects.toThrow()
    const second = sqliteUserStore(path)
    expect(await second.findByKey(user.key)).toEqual(row)
    second.close()
    tokens.close()
  })

  test('takes an id with NUL for nobody', async () => {
    const { id } = await store.create(newUser())
    expect(await store.findById(`${id}\0`)).toBeUndefined()
    await store.remove(`${id}\0`)
    expect(await store.findById(id)).toBeDefined()
  })
})

describe('a users table that is there', () => {
  test('stays as it is, and its rows come with their ids', async () => {
    const path = applicationFile('members.db')
    const before = query(path, "SELECT sql FROM sqlite_schema WHERE name = 'members'")
    const own = sqliteUserStore<Member>({ file: path, users: members })
    const user = newUser({ email: 'ada@example.com' })
    const row = await own.create(user)
    expect(row).toEqual({ id: 1, member_no: 1, full_name: 'Ada Lovelace', mail: 'ada@example.com', is_admin: 0 })
    expect(await own.update(1, { ...user, name: 'Ada King' })).toEqual(row)
    expect(query(path, "SELECT sql FROM sqlite_schema WHERE name = 'members'")).toEqual(before)
    own.close()
  })

  test('is written at a later login where the application says what', async () => {
    const path = applicationFile('updated.db')
    const own = sqliteUserStore<Member>({ file: path, users: { ...members, update: ({ name }) => ({ full_name: name, is_admin: true }) } })
    const user = newUser()
    const { id } = await own.create(user)
    expect(await own.update(id, { ...user, name: 'Ada King' })).toMatchObject({ full_name: 'Ada King', is_admin: 1 })
    own.close()
  })

  test('gets no row when the login fails', async () => {
    const path = applicationFile('failed.db')
    const own = sqliteUserStore<Member>({ file: path, users: members })
    await own.create(newUser({ email: 'ada@example.com' }))
    await expect(own.create(newUser({ email: 'ada@example.com' }))).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE' })
    const wrong = sqliteUserStore({ file: path, users: { ...members, insert: () => ({ full_name: ['Ada'] }) } })
    await expect(wrong.create(newUser())).rejects.toMatchObject({ code: 'config_invalid' })
    const without = sqliteUserStore({ file: path, users: { ...members, insert: () => ({}) } })
    await expect(without.create(newUser())).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_NOTNULL' })
    expect(query(path, 'SELECT member_no FROM members')).toEqual([{ member_no: 1 }])
    for (const one of [own, wrong, without]) one.close()
  })

  test('takes the keys along when a row is deleted by others, so that nobody signs in as the next with that id', async () => {
    const path = applicationFile('reused.db', 'INTEGER PRIMARY KEY')
    const own = sqliteUserStore<Member>({ file: path, users: members })
    const [ada, grace] = [newUser(), newUser()]
    expect((await own.create(ada)).id).toBe(1)
    query(path, 'DELETE FROM members')
    expect((await own.create(grace)).id).toBe(1)
    expect(await own.findByKey(ada.key)).toBeUndefined()
    expect(await own.listKeys(1)).toEqual([grace.key])
    own.close()
  })

  test('is not taken for the own one of the store, nor another way round', () => {
    const path = applicationFile('mistaken.db')
    const invalid = (message: RegExp): unknown =>
      expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(message) })
    expect(() => sqliteUserStore({ file: path, users: 'members' })).toThrow(invalid(/"members" is there and not one of sqliteUserStore/))
    expect(() => sqliteUserStore({ file: path, users: { ...members, table: 'people' } })).toThrow(invalid(/no table "people"/))
    expect(() => sqliteUserStore({ file: path, users: { ...members, id: 'uid' } })).toThrow(invalid(/column "uid"/))
    expect(query(path, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")).toEqual([{ name: 'members' }])
  })
})

describe('the tables of sqliteUserStore', () => {
  test.each(['', 'a b', 'a"b', 'a;drop table b', 'main.a', '1a', 'ä', 'a'.repeat(51)])('are not called %j', (name) => {
    const invalid = expect.objectContaining({ code: 'config_invalid' })
    expect(() => sqliteUserStore({ file, users: name })).toThrow(invalid)
    expect(() => sqliteUserStore({ file, identities: name })).toThrow(invalid)
    expect(() => sqliteUserStore({ file, users: { ...members, id: name } })).toThrow(invalid)
  })

  test('keep their case and may be reserved words', async () => {
    const path = join(folder, 'names.db')
    const named = sqliteUserStore({ file: path, users: 'Order', identities: 'select' })
    await named.create(newUser())
    expect(query(path, 'SELECT count(*) AS n FROM "Order" JOIN "select" ON id = user_id')).toEqual([{ n: 1 }])
    named.close()
  })

  test('are left to a migration when that is asked for', async () => {
    const path = join(folder, 'migrated.db')
    const migrated = sqliteUserStore({ file: path, createTables: false })
    await expect(migrated.create(newUser())).rejects.toThrow(/no such table/)
    migrated.close()
  })

  test("take no column whose name is none from the application's function", async () => {
    const path = applicationFile('columns.db')
    const own = sqliteUserStore({ file: path, users: { ...members, insert: ({ name }) => ({ 'full_name") VALUES (1); --': name }) } })
    await expect(own.create(newUser())).rejects.toMatchObject({ code: 'config_invalid' })
    own.close()
  })
})

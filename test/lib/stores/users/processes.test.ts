import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import pg from 'pg'
import type { AuthUser } from '../../../../lib/model/user.js'
import { loadLibsql } from '../../../../lib/stores/sqlite/libsql.js'
import { newUser } from '../../../../testing/userStoreCase.js'
import { startChild, type ChildProcess } from '../../../support/childProcess.js'
import { describeWith } from '../../../support/parts.js'
import { startPostgres } from '../../../support/postgres.js'
import type { UserOrder, UserPlace } from './userProcess.js'

type Child = ChildProcess<UserOrder, undefined>

const folder = mkdtempSync(join(tmpdir(), 'authrouter-user-processes-'))

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** 1,000 first logins of 100 people in four processes, and then 400 links and 400 later logins of theirs, all at once. */
async function storm(place: UserPlace, query: (sql: string) => Promise<Record<string, unknown>[]>): Promise<void> {
  const people = Array.from({ length: 100 }, (_, n) => newUser({ id: `person-${n}` }))
  const children = await Promise.all(
    Array.from({ length: 4 }, () => startChild<UserOrder>('test/lib/stores/users/userProcess.ts', { args: [place] })),
  )
  const tellAll = (order: (n: number) => UserOrder): Promise<unknown[][]> =>
    Promise.all(children.map((child: Child, n) => child.tell(order(n)) as Promise<unknown[]>))
  const account = (n: number, { id }: AuthUser): AuthUser => newUser({ provider: `other${n}`, id })

  // The four take the people in different orders, 250 logins each.
  const created = await tellAll((n) => ({ create: Array.from({ length: 250 }, (_, m) => people[(m * (2 * n + 1)) % 100] ?? newUser()) }))
  expect(created.flat()).toHaveLength(1_000)
  expect(new Set(created.flat()).size).toBe(100)

  const login = (n: number): string => new Date(Date.UTC(2030, 0, 1, n)).toISOString()
  const done = await tellAll((n) => ({
    link: people.map((person) => ({ to: person.key, account: account(n, person) })),
    update: people.map((person) => ({ ...person, name: `Name ${n}`, loggedInAt: login(n) })),
  }))
  for (const results of done) {
    expect(results.slice(0, 100)).toEqual(people.map(() => true))
    expect(new Set(results.slice(100))).toEqual(new Set(created.flat()))
  }

  expect(await query('SELECT count(*) AS n FROM users')).toEqual([{ n: 100 }])
  expect(await query('SELECT count(*) AS n FROM users WHERE id NOT IN (SELECT user_id FROM identities)')).toEqual([{ n: 0 }])
  expect(await query('SELECT count(*) AS n FROM identities GROUP BY user_id')).toEqual(people.map(() => ({ n: 5 })))
  expect(await query("SELECT count(*) AS n FROM users WHERE name LIKE 'Name _'")).toEqual([{ n: 100 }])
  // Of four logins the last one counts, whoever wrote last.
  const [last] = await query(
    "SELECT min(last_login_at) AS earliest, max(last_login_at) AS latest FROM identities WHERE provider = 'contract'",
  )
  expect(Object.values(last ?? {}).map((time) => new Date(time as string | Date).toISOString())).toEqual([login(3), login(3)])
  await Promise.all(children.map((child) => child.kill()))
}

test('four processes that sign in 100 people 1,000 times make 100 users in SQLite, and lose nothing', async () => {
  const file = join(folder, 'users.db')
  const Database = loadLibsql('a test')
  await storm(file, async (sql) => {
    const database = new Database(file)
    const rows = database.prepare(sql).all() as Record<string, unknown>[]
    database.close()
    return rows
  })
})

describeWith('postgresql', 'four processes that sign in 100 people 1,000 times', () => {
  test('make 100 users in Postgres, and lose nothing', async () => {
    const server = await startPostgres()
    const pool = new pg.Pool({ connectionString: server.connectionString }).on('error', () => undefined)
    await storm(
      server.connectionString,
      async (sql) => (await pool.query<Record<string, unknown>>(sql.replaceAll('count(*)', 'count(*)::int'))).rows,
    )
    await pool.end()
    await server.stop()
  })
})

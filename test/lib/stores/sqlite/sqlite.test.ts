import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { sqliteTokenStore, type SqliteTokenStore } from '../../../../lib/stores/index.js'
import { loadLibsql } from '../../../../lib/stores/sqlite/libsql.js'
import { tokenStoreContract } from '../../../../testing/index.js'
import { startChild, type ChildProcess } from '../../../support/childProcess.js'
import type { SqliteOrder } from './sqliteProcess.js'

type Child = ChildProcess<SqliteOrder, undefined>

const folder = mkdtempSync(join(tmpdir(), 'authrouter-sqlite-'))
const file = join(folder, 'tokens.db')
let store: SqliteTokenStore
let other: SqliteTokenStore
const children: Child[] = []

/** Starts another process on a file. */
async function start(path: string): Promise<Child> {
  const child = await startChild<SqliteOrder>('test/lib/stores/sqlite/sqliteProcess.ts', { args: [path] })
  children.push(child)
  return child
}

beforeAll(() => {
  store = sqliteTokenStore(file)
  other = sqliteTokenStore(file)
})

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()))
})

afterAll(() => {
  store.close()
  other.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('sqliteTokenStore keeps the contract:', () => {
  test.each(tokenStoreContract)('$name', async ({ run }) => {
    await run(store, other)
  })
})

describe('sqliteTokenStore shares its file', () => {
  test('with another process, which sees writes and locks at once', async () => {
    const child = await start(file)
    await store.set('shared', 'from here', { version: 0, ttl: 60 })
    expect(await child.tell({ write: { key: 'shared', record: 'too late', version: 0 } })).toBe(false)
    expect(await child.tell({ write: { key: 'shared', record: 'from there', version: 1 } })).toBe(true)
    expect(await store.get('shared')).toEqual({ record: 'from there', version: 2 })

    const lock = await store.lock?.('shared', 60)
    expect(await child.tell({ lock: { key: 'shared', ttl: 60 } })).toBe(false)
    await lock?.release()
    expect(await child.tell({ lock: { key: 'shared', ttl: 60 } })).toBe(true)
    expect(await store.lock?.('shared', 60)).toBeUndefined()
  })

  test('with four processes that open it first at once, and loses no write of theirs', async () => {
    const fresh = join(folder, 'fresh.db')
    const four = await Promise.all(Array.from({ length: 4 }, () => start(fresh)))
    await Promise.all(four.map((child) => child.tell({ count: { key: 'counter', times: 50 } })))
    const mine = sqliteTokenStore(fresh)
    expect(await mine.get('counter')).toEqual({ record: '200', version: 200 })
    mine.close()
  })

  test('with a process that is killed while it writes', async () => {
    const child = await start(file)
    const writing = child.tell({ count: { key: 'killed', times: 1_000_000 } }).catch(() => 'killed')
    while ((await store.get('killed'))?.version === undefined) await new Promise(setImmediate)
    await child.kill()
    expect(await writing).toBe('killed')

    const held = await store.get('killed')
    expect(held?.record).toBe(String(held?.version))
    expect(await store.set('killed', 'goes on', { version: held?.version ?? 0, ttl: 60 })).toBe(true)
  })

  test("with a process that dies with a lock, until the lock's time is over", async () => {
    const child = await start(file)
    expect(await child.tell({ lock: { key: 'orphan', ttl: 0.3 } })).toBe(true)
    await child.kill()
    while (!(await store.lock?.('orphan', 60))) await new Promise(setImmediate)
  })
})

describe('sqliteTokenStore', () => {
  test('keeps records when it is closed and opened again', async () => {
    const path = join(folder, 'reopened.db')
    const first = sqliteTokenStore(path)
    await first.set('a', 'record', { ttl: 60 })
    first.close()
    await expect(first.get('a')).rejects.toThrow()
    const second = sqliteTokenStore(path)
    expect(await second.get('a')).toEqual({ record: 'record', version: 1 })
    second.close()
  })

  test('removes what has expired', async () => {
    const path = join(folder, 'swept.db')
    const Database = loadLibsql('a test')
    sqliteTokenStore(path).close()
    const database = new Database(path)
    for (let n = 0; n < 20; n++) database.prepare("INSERT INTO authrouter_tokens VALUES ('record', ?, 'x', 1, 1)").run(`old ${n}`)
    const swept = sqliteTokenStore(path)
    await swept.set('a', 'record', { ttl: 60 })
    expect(database.prepare('SELECT key FROM authrouter_tokens').all()).toEqual([{ key: 'a' }])
    database.close()
    swept.close()
  })

  test('says which package is missing', () => {
    const load = (): unknown => createRequire(import.meta.url)('no-such-package')
    expect(() => loadLibsql('sqliteTokenStore', load)).toThrow(/npm install libsql$/)
  })

  test('says so when the file cannot be opened', () => {
    expect(() => sqliteTokenStore(join(folder, 'no', 'such', 'folder.db'))).toThrow('Unable to open')
  })
})

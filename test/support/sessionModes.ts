import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import connectPgSimple from 'connect-pg-simple'
import { RedisStore } from 'connect-redis'
import cookieSession from 'cookie-session'
import session, { MemoryStore } from 'express-session'
import pg from 'pg'
import { createClient } from 'redis'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { SqliteDatabase } from '../../lib/stores/sqlite/libsql.js'
import type { AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from './application.js'
import { handWrittenSessions } from './handWrittenSessions.js'
import type { AppParts } from './hosts.js'
import { describeWith, type Part } from './parts.js'
import { startPostgres } from './postgres.js'
import { startRedis } from './redis.js'

type Middlewares = NonNullable<AppParts['before']>

/** A kind of session, with whatever it needs running. */
export interface StartedMode {
  /** The application's own middlewares before the router, made anew as after a restart; what is stored stays. */
  before: () => Middlewares
  options: Partial<AuthRouterOptions>
  /** Records in the store. */
  keys: () => Promise<number>
  /** All that stands in the store, as text. */
  raw: () => Promise<string>
  /** Empties the store. */
  clear: () => Promise<void>
  /** Lets every write wait from now on. */
  slowWrites: (milliseconds: number) => void
  close: () => Promise<void>
}

/** What of a session a mode has. */
export interface SessionMode {
  name: string
  /** A copied cookie is worth nothing after the sign-out, also for another process. */
  hasServerState: boolean
  /** The session gets a new id at login and logout; the cookie's name, where it has one. */
  idCookie?: string
  /** The application keeps data of its own in it, at `req.session`. */
  carriesData: boolean
  /** What this machine must have for it. */
  needs?: Part
  start: () => Promise<StartedMode>
}

interface StoreParts extends Pick<StartedMode, 'keys' | 'raw' | 'clear'> {
  store: session.Store
  close?: () => Promise<void>
}

const require = createRequire(import.meta.url)
const sessionOptions = { secret: testSecret, resave: false, saveUninitialized: false }

function delayedStore(
  { store, keys, raw, clear, close }: StoreParts,
  how: 'mounted before' | 'mounted here',
  options: Partial<AuthRouterOptions> = {},
): StartedMode {
  let delay = 0
  // Each express-session listens to its store as long as the store lives, and every test makes one.
  store.setMaxListeners(0)
  const set = store.set.bind(store)
  store.set = (id, data, done) => {
    if (delay === 0) set(id, data, done)
    else
      setTimeout(() => {
        set(id, data, done)
      }, delay)
  }
  return {
    before: () => (how === 'mounted before' ? [session({ ...sessionOptions, store }) as never] : []),
    options: how === 'mounted here' ? { session: { store }, ...options } : options,
    keys,
    raw,
    clear,
    slowWrites: (milliseconds) => {
      delay = milliseconds
    },
    close: async () => {
      await close?.()
    },
  }
}

function memoryParts(): StoreParts {
  const store = new MemoryStore()
  const sessions = (): Record<string, string> => (store as unknown as { sessions: Record<string, string> }).sessions
  return {
    store,
    keys: () => Promise.resolve(Object.keys(sessions()).length),
    raw: () => Promise.resolve(JSON.stringify(sessions())),
    clear: async () => {
      store.clear()
    },
  }
}

async function redisParts(): Promise<StoreParts> {
  const server = await startRedis()
  const client = await createClient({ url: server.url }).connect()
  return {
    store: new RedisStore({ client }) as session.Store,
    keys: () => client.dbSize(),
    raw: async () => (await Promise.all((await client.keys('*')).map(async (key) => `${key} ${(await client.get(key)) ?? ''}`))).join('\n'),
    clear: server.flush,
    close: async () => {
      client.destroy()
      await server.stop()
    },
  }
}

async function postgresParts(): Promise<StoreParts> {
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.connectionString, max: 4 })
  const store = new (connectPgSimple(session))({ pool, createTableIfMissing: true, pruneSessionInterval: false })
  // The table is made at the first use.
  await new Promise((resolve) => {
    store.get('none', resolve)
  })
  return {
    store,
    keys: async () => (await pool.query('SELECT sid FROM session')).rows.length,
    raw: async () => JSON.stringify((await pool.query('SELECT * FROM session')).rows),
    clear: async () => {
      await pool.query('DELETE FROM session')
    },
    close: async () => {
      await pool.end()
      await server.stop()
    },
  }
}

function sqliteParts(): StoreParts {
  const database = new (require('libsql') as new (file: string) => SqliteDatabase)(':memory:')
  const Store = (require('better-sqlite3-session-store') as (parts: object) => new (options: object) => MemoryStore)(session)
  class QuietStore extends Store {
    /** Its timer for old sessions cannot be stopped, so that it would keep the tests running. */
    startInterval(): void {
      /* Nothing of a test gets old. */
    }
  }
  const rows = (): unknown[] => database.prepare('SELECT * FROM sessions').all()
  return {
    store: new QuietStore({ client: database }),
    keys: () => Promise.resolve(rows().length),
    raw: () => Promise.resolve(JSON.stringify(rows())),
    clear: async () => {
      database.exec('DELETE FROM sessions')
    },
    close: async () => {
      database.close()
    },
  }
}

/** Tokens in a store of their own, the rest in the sealed cookie. */
function tokenStoreMode(): StartedMode {
  const kept = new Map<string, string>()
  const inner = memoryTokenStore()
  let delay = 0
  return {
    before: () => [],
    options: {
      tokenStore: {
        ...inner,
        async set(key, record, options) {
          if (delay > 0) await sleep(delay)
          const written = await inner.set(key, record, options)
          if (written) kept.set(key, record)
          return written
        },
        async delete(key) {
          kept.delete(key)
          await inner.delete(key)
        },
      },
    },
    keys: () => Promise.resolve(kept.size),
    raw: () => Promise.resolve(JSON.stringify([...kept])),
    // Its records are named at random: those of an earlier test are in nobody's way.
    clear: async () => {
      kept.clear()
    },
    slowWrites: (milliseconds) => {
      delay = milliseconds
    },
    close: () => Promise.resolve(),
  }
}

function inCookies(before: () => Middlewares): StartedMode {
  return {
    before,
    options: {},
    keys: () => Promise.resolve(0),
    raw: () => Promise.resolve(''),
    clear: () => Promise.resolve(),
    slowWrites: () => undefined,
    close: () => Promise.resolve(),
  }
}

function handWritten(options: { refreshes: boolean }): StartedMode {
  const sessions = handWrittenSessions(options)
  return {
    before: () => [],
    options: { session: sessions.find },
    keys: () => Promise.resolve(sessions.saved.size),
    raw: () => Promise.resolve(JSON.stringify([...sessions.saved])),
    clear: async () => {
      sessions.saved.clear()
    },
    slowWrites: sessions.slowWrites,
    close: () => Promise.resolve(),
  }
}

const ownCookie = 'connect.sid'

/** Every place that a session can live in. */
export const sessionModes: readonly SessionMode[] = [
  { name: 'the sealed cookie', hasServerState: false, carriesData: false, start: async () => inCookies(() => []) },
  { name: 'the sealed cookie and a token store', hasServerState: true, carriesData: false, start: async () => tokenStoreMode() },
  {
    name: 'express-session of the application',
    hasServerState: true,
    idCookie: ownCookie,
    carriesData: true,
    start: async () => delayedStore(memoryParts(), 'mounted before'),
  },
  {
    name: 'express-session by the option session',
    hasServerState: true,
    idCookie: 'ar.sid',
    carriesData: true,
    start: async () => delayedStore(memoryParts(), 'mounted here'),
  },
  {
    name: 'express-session with the logins under way',
    hasServerState: true,
    idCookie: ownCookie,
    carriesData: true,
    start: async () => delayedStore(memoryParts(), 'mounted before', { transactions: 'session' }),
  },
  {
    name: 'express-session on Redis',
    needs: 'redis-server',
    hasServerState: true,
    idCookie: ownCookie,
    carriesData: true,
    start: async () => delayedStore(await redisParts(), 'mounted before'),
  },
  {
    name: 'express-session on Postgres',
    needs: 'postgresql',
    hasServerState: true,
    idCookie: ownCookie,
    carriesData: true,
    start: async () => delayedStore(await postgresParts(), 'mounted before'),
  },
  {
    name: 'express-session on SQLite',
    hasServerState: true,
    idCookie: 'ar.sid',
    carriesData: true,
    start: async () => delayedStore(sqliteParts(), 'mounted here'),
  },
  {
    name: 'cookie-session',
    hasServerState: false,
    carriesData: true,
    start: async () => inCookies(() => [cookieSession({ secret: testSecret }) as never]),
  },
  {
    name: 'a hand-written session that can renew its id',
    hasServerState: true,
    idCookie: 'hand',
    carriesData: false,
    start: async () => handWritten({ refreshes: true }),
  },
  {
    name: 'a hand-written session of four functions',
    hasServerState: true,
    carriesData: false,
    start: async () => handWritten({ refreshes: false }),
  },
]

/** Describes tests once for every place that a session can live in and this machine has. */
export function describeModes(body: (mode: SessionMode) => void): void {
  for (const mode of sessionModes)
    describeWith(mode.needs, `with ${mode.name}`, () => {
      body(mode)
    })
}

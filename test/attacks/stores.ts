import { RedisStore } from 'connect-redis'
import session from 'express-session'
import pg from 'pg'
import { createClient } from 'redis'
import { memoryTokenStore, postgresTokenStore, redisTokenStore } from '../../lib/stores/index.js'
import type { TokenStore } from '../../lib/stores/tokenStore.js'
import type { Site, StoreFault } from './orders.js'

/** What the stores of a process do wrong at the moment, and for which of their operations; all of them unless told. */
export interface Faults {
  /** Told of each write of the session store before it is made. */
  beforeWrite?: (() => Promise<void>) | undefined
  /** Told of each call of the token store before it is made. */
  beforeCall?: (() => Promise<void>) | undefined
  tokens: { fault: StoreFault; operations: string[] | undefined; times?: number | undefined } | undefined
  sessions: { fault: StoreFault; operations: string[] | undefined } | undefined
}

/** Stores of one site; what is kept in memory begins empty with it. */
export interface Stores {
  tokens: TokenStore | undefined
  sessions: session.Store | undefined
  records: () => Promise<number>
  close: () => Promise<void>
}

type Connection = Awaited<ReturnType<typeof connect>>
const connections = new Map<string, Promise<Connection>>()

async function connect(url: string) {
  const client = createClient({ url })
  // A server that goes away at the end of a test is no failure of the test.
  client.on('error', () => undefined)
  return client.connect()
}

function connected(url: string): Promise<Connection> {
  let connection = connections.get(url)
  if (!connection) connections.set(url, (connection = connect(url)))
  return connection
}

export async function openStores(site: Site, faults: Faults): Promise<Stores> {
  const tokens = await tokenStoreOf(site)
  return {
    tokens: tokens && faulty(tokens.store, faults),
    sessions: await sessionStoreOf(site, faults),
    records: async () => tokens?.records() ?? 0,
    close: async () => {
      await tokens?.close?.()
    },
  }
}

interface Opened {
  store: TokenStore
  records: () => Promise<number>
  close?: () => Promise<void>
}

async function tokenStoreOf({ tokens, redisUrl, postgresUrl, prefix, maxEntries }: Site): Promise<Opened | undefined> {
  switch (tokens) {
    case 'none':
      return undefined
    case 'memory':
      return counted(memoryTokenStore(maxEntries === undefined ? {} : { maxEntries }))
    case 'redis': {
      const client = await connected(redisUrl)
      return {
        store: prefixed(redisTokenStore(client), prefix),
        records: async () => (await client.keys('*')).filter((key) => key.includes(`${prefix}authrouter`)).length,
      }
    }
    case 'postgres': {
      const pool = new pg.Pool({ connectionString: postgresUrl, max: 10 })
      pool.on('error', () => undefined)
      return { store: prefixed(postgresTokenStore(pool), prefix), records: async () => 0, close: () => pool.end() }
    }
  }
}

/** The names of its records are known, as it tells nobody how many it has. */
function counted(store: TokenStore): Opened {
  const names = new Set<string>()
  return {
    store: {
      ...store,
      set: (key, record, options) => {
        names.add(key)
        return store.set(key, record, options)
      },
      delete: (key) => {
        names.delete(key)
        return store.delete(key)
      },
    },
    records: async () => (await Promise.all([...names].map((name) => store.get(name)))).filter(Boolean).length,
  }
}

/** One test's records among those of others. */
function prefixed(store: TokenStore, prefix: string): TokenStore {
  return {
    get: (key) => store.get(prefix + key),
    set: (key, record, options) => store.set(prefix + key, record, options),
    delete: (key) => store.delete(prefix + key),
    ...(store.lock ? { lock: async (key: string, ttl: number) => store.lock?.(prefix + key, ttl) } : {}),
    ...(store.take ? { take: async (key: string, ttl: number) => (await store.take?.(prefix + key, ttl)) ?? false } : {}),
  }
}

async function sessionStoreOf({ session: place, redisUrl, prefix }: Site, faults: Faults): Promise<session.Store | undefined> {
  if (place === 'cookie') return undefined
  const store: session.Store = place.startsWith('redis')
    ? new RedisStore({ client: await connected(redisUrl), prefix })
    : new session.MemoryStore()
  return faultySessions(store, faults)
}

const garbage: readonly unknown[] = ['text', 42, {}, { record: 5, version: 'x' }, { record: 'A'.repeat(80), version: 1 }]

function faulty(store: TokenStore, faults: Faults): TokenStore {
  let turn = 0
  const through = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    await faults.beforeCall?.()
    const { fault, operations = [operation] } = faults.tokens ?? {}
    if (!operations.includes(operation) || (faults.tokens?.times !== undefined && faults.tokens.times-- <= 0)) return work()
    switch (fault) {
      case undefined:
        return work()
      case 'hangs':
        return new Promise(() => undefined)
      case 'gives nothing':
        return Promise.resolve(undefined as T)
      case 'gives garbage':
        return Promise.resolve(garbage[turn++ % garbage.length] as T)
      case 'throws':
      case 'is away':
        return Promise.reject(new Error('canary-store: the token store is away'))
    }
  }
  return {
    get: (key) => through('get', () => Promise.resolve(store.get(key))),
    set: (key, record, options) => through('set', () => Promise.resolve(store.set(key, record, options))),
    delete: (key) => through('delete', () => Promise.resolve(store.delete(key))),
    ...(store.lock ? { lock: (key: string, ttl: number) => through('lock', async () => store.lock?.(key, ttl)) } : {}),
    ...(store.take ? { take: (key: string, ttl: number) => through('take', async () => (await store.take?.(key, ttl)) ?? false) } : {}),
  }
}

type Done = (error?: unknown, value?: unknown) => void

/** express-session goes on without a session for as long as its store says that it is disconnected. */
function faultySessions(store: session.Store, faults: Faults): session.Store {
  const operations = store as unknown as Record<string, (...call: unknown[]) => void>
  for (const name of ['get', 'set', 'destroy', 'touch']) {
    const work = operations[name]?.bind(store)
    if (!work) continue
    operations[name] = (...call) => {
      const { fault, operations: failing = [name] } = faults.sessions ?? {}
      const done = call.at(-1) as Done | undefined
      if (faults.beforeWrite && name === 'set')
        void faults.beforeWrite().then(() => {
          work(...call)
        })
      else if (fault === undefined || !failing.includes(name)) work(...call)
      else if (fault === 'hangs') return
      else if (fault === 'gives nothing')
        setImmediate(() => {
          done?.()
        })
      else if (fault === 'gives garbage')
        setImmediate(() => {
          done?.(null, { cookie: {}, authrouter: 7 })
        })
      else
        setImmediate(() => {
          done?.(new Error('canary-store: the session store is away'))
        })
    }
  }
  return store
}

import { setTimeout as sleep } from 'node:timers/promises'
import session, { MemoryStore } from 'express-session'
import { createSealer } from '../../lib/base/seal.js'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { StoredRecord, TokenStore } from '../../lib/stores/tokenStore.js'
import { testSecret } from './application.js'

/** What can go wrong with a store (section S of the threat model). */
export const faultKinds = [
  'throws',
  'answers with an error',
  'answers twice',
  'never answers',
  'takes two seconds',
  'gives nothing',
  'gives garbage',
  'gives a record of another version',
  'gives the record of another user',
  'loses what it was told',
  'is full',
  'is disconnected',
] as const
export type FaultKind = (typeof faultKinds)[number]

export const sessionOperations = ['get', 'set', 'destroy', 'touch', 'regenerate'] as const
export const tokenOperations = ['get', 'set', 'delete', 'take', 'lock'] as const

export interface Fault<Operation extends string> {
  kind: FaultKind
  operation: Operation
}

/** A store that works until it is told to fail. */
export interface Faulty<Store, Operation extends string> {
  store: Store
  fail: (fault: Fault<Operation>) => void
  heal: () => void
  /** Remembers what the store holds now as another user's. */
  captureAnother: () => void
}

const slow = 2_000
/** Milliseconds for which a replica does not know what was written. */
const lag = 100

const garbage: readonly unknown[] = ['text', 42, [], ['x'], {}, true, { cookie: 'no cookie', authrouter: 7 }, { record: 5, version: 'x' }]

function failure(kind: FaultKind): Error {
  const codes: Partial<Record<FaultKind, string>> = { 'is full': 'ENOSPC', 'is disconnected': 'ECONNRESET' }
  return Object.assign(new Error(`canary: the store ${kind}`), { code: codes[kind] ?? 'EFAULT' })
}

type Done = (error?: unknown, value?: unknown) => void

/** Sealed with the right secret by an older version of authrouter, and bytes of a newer one. */
function otherVersions(): unknown[] {
  const sealer = createSealer([testSecret], 'authrouter')
  const future = Buffer.from(sealer.seal('session', 'authrouter', { version: 1 }), 'base64url')
  future[0] = 9
  return [sealer.seal('session', 'authrouter', { version: 0, user: { id: 'admin' } }), future.toString('base64url')]
}

/** `MemoryStore` of express-session, with faults. */
export function faultySessionStore(): Faulty<session.Store, (typeof sessionOperations)[number]> {
  const inner = new MemoryStore()
  const sessions = (inner as unknown as { sessions: Record<string, string> }).sessions
  const store = new session.MemoryStore()
  const versions = otherVersions()
  let fault: Fault<(typeof sessionOperations)[number]> | undefined
  let another: unknown
  let turn = 0
  let writtenAt = 0

  function through(operation: (typeof sessionOperations)[number], work: (done: Done) => void, done: Done): void {
    if (fault?.operation !== operation) {
      work(done)
      return
    }
    const { kind } = fault
    const isRead = operation === 'get'
    const answer = (value: unknown): void => {
      setImmediate(() => {
        done(null, value)
      })
    }
    switch (kind) {
      case 'throws':
        throw failure(kind)
      case 'is disconnected':
        store.emit('disconnect')
        setImmediate(() => {
          done(failure(kind))
        })
        return
      case 'answers with an error':
        setImmediate(() => {
          done(failure(kind))
        })
        return
      case 'answers twice':
        work((error, value) => {
          done(error, value)
          done(error, value)
        })
        return
      case 'never answers':
        return
      case 'takes two seconds':
        setTimeout(() => {
          work(done)
        }, slow)
        return
      case 'gives nothing':
        if (isRead) answer(turn++ % 2 === 0 ? undefined : null)
        else
          work(() => {
            done()
          })
        return
      case 'gives garbage':
        if (isRead) answer(garbage[turn++ % garbage.length])
        else
          work(() => {
            done(null, garbage[turn++ % garbage.length])
          })
        return
      case 'gives a record of another version':
        if (isRead) answer({ cookie: { originalMaxAge: null }, authrouter: versions[turn++ % versions.length] })
        else work(done)
        return
      case 'gives the record of another user':
        if (isRead) answer(structuredClone(another))
        else work(done)
        return
      case 'loses what it was told':
        if (isRead && performance.now() - writtenAt > lag) work(done)
        else answer(undefined)
        return
      case 'is full':
        if (operation === 'set' || operation === 'touch')
          setImmediate(() => {
            done(failure(kind))
          })
        else work(done)
    }
  }

  const optional = (done: Done | undefined): Done => done ?? (() => undefined)
  store.get = (id, done) => {
    through(
      'get',
      (answer) => {
        inner.get(id, answer)
      },
      done as Done,
    )
  }
  store.set = (id, data, done) => {
    writtenAt = performance.now()
    through(
      'set',
      (answer) => {
        inner.set(id, data, answer)
      },
      optional(done as Done | undefined),
    )
  }
  store.destroy = (id, done) => {
    through(
      'destroy',
      (answer) => {
        inner.destroy(id, answer)
      },
      optional(done as Done | undefined),
    )
  }
  store.touch = (id, data, done) => {
    through(
      'touch',
      (answer) => {
        inner.touch(id, data, answer as () => void)
      },
      optional(done as Done | undefined),
    )
  }
  const regenerate = store.regenerate.bind(store)
  store.regenerate = (req, done) => {
    const isLost = fault?.operation === 'regenerate' && fault.kind === 'loses what it was told'
    if (isLost) (store as unknown as { generate: (request: object) => void }).generate(req)
    through(
      'regenerate',
      (answer) => {
        regenerate(req, answer)
      },
      done as Done,
    )
  }
  return {
    store,
    fail: (next) => {
      fault = next
    },
    heal: () => {
      fault = undefined
      store.emit('connect')
    },
    captureAnother: () => {
      another = JSON.parse(Object.values(sessions).find((text) => text.includes('authrouter')) ?? 'null')
    },
  }
}

/** `memoryTokenStore`, with faults. */
export function faultyTokenStore(): Faulty<TokenStore, (typeof tokenOperations)[number]> {
  const inner = memoryTokenStore()
  const kept = new Map<string, string>()
  const versions = otherVersions()
  let fault: Fault<(typeof tokenOperations)[number]> | undefined
  let another: StoredRecord | undefined
  let turn = 0
  let writtenAt = 0

  function through<T>(operation: (typeof tokenOperations)[number], work: () => Promise<T>, lost: T): Promise<T> {
    if (fault?.operation !== operation) return work()
    const { kind } = fault
    switch (kind) {
      case 'throws':
        throw failure(kind)
      case 'answers with an error':
      case 'is disconnected':
        return Promise.reject(failure(kind))
      // A client that repeats what it was not sure of.
      case 'answers twice':
        return work().then(async (first) => {
          await work()
          return first
        })
      case 'never answers':
        return new Promise(() => undefined)
      case 'takes two seconds':
        return sleep(slow).then(work)
      case 'gives nothing':
        return Promise.resolve((turn++ % 2 === 0 ? undefined : null) as T)
      case 'gives garbage':
        return Promise.resolve(garbage[turn++ % garbage.length] as T)
      case 'gives a record of another version':
        return operation === 'get' ? Promise.resolve({ record: versions[turn++ % versions.length], version: 1 } as T) : work()
      case 'gives the record of another user':
        return operation === 'get' ? Promise.resolve(another as T) : work()
      case 'loses what it was told':
        return operation === 'get' && performance.now() - writtenAt > lag ? work() : Promise.resolve(lost)
      case 'is full':
        return ['set', 'lock', 'take'].includes(operation) ? Promise.reject(failure(kind)) : work()
    }
  }

  return {
    store: {
      get: (key) => through('get', () => inner.get(key), undefined),
      set: (key, record, options) => {
        writtenAt = performance.now()
        return through(
          'set',
          async () => {
            if (key.includes(':tokens:')) kept.set(key, record)
            return inner.set(key, record, options)
          },
          true,
        )
      },
      delete: (key) => through('delete', () => inner.delete(key), undefined),
      lock: (key, ttl) => through('lock', async () => inner.lock?.(key, ttl), { renew: async () => true, release: async () => undefined }),
      take: (key, ttl) => through('take', async () => (await inner.take?.(key, ttl)) ?? false, true),
    },
    fail: (next) => {
      fault = next
    },
    heal: () => {
      fault = undefined
    },
    captureAnother: () => {
      another = { record: [...kept.values()][0] ?? '', version: 1 }
    },
  }
}

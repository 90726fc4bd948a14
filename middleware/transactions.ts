import { isTooOld } from '../lib/callback.js'
import { isObject } from '../lib/json.js'
import type { Sealer } from '../lib/seal.js'
import type { Transaction } from '../lib/types.js'
import type { CookieJar } from './cookies.js'
import { fromStore } from '../lib/storeDeadline.js'
import { transactionsKey, type SessionBag } from './session.js'

/** Logins that are under way in one browser: one record each, so that ten tabs can sign in at once. */
export interface Transactions {
  put: (transaction: Transaction) => Promise<void>
  /** The login whose state has this digest, if this browser started it and it is still known. */
  find: (stateHash: string) => Promise<Transaction | undefined>
  remove: (stateHash: string) => Promise<void>
  /** Whether this browser has another login under way with this provider. */
  hasOther: (slug: string) => Promise<boolean>
}

/** Logins under way that one browser may have; the oldest gives way. */
const most = 10
/** Characters that all their cookies together may have: servers refuse a request whose headers are too long. */
const mostBytes = 7_000
/** Milliseconds for which records are kept: beyond their life, so that "too late" can be told from "unknown" and leads back to where the person was going. */
const keptFor = 3600_000

/** Each login in a sealed cookie of its own: an attacker's million starts cost the server nothing. */
export function cookieTransactions(cookies: CookieJar, sealer: Sealer, prefix: string, now: () => number): Transactions {
  const start = `${prefix}.tx.`
  const nameOf = (stateHash: string): string => start + stateHash.slice(0, 12)
  const open = (name: string): Transaction | undefined => readTransaction(sealer.open('transaction', name, cookies.get(name) ?? ''))
  const names = (): string[] => cookies.names().filter((name) => name.startsWith(start) && /^[\w-]{12}$/.test(name.slice(start.length)))

  return {
    put(transaction) {
      const name = nameOf(transaction.stateHash)
      const text = sealer.seal('transaction', name, transaction)
      const older = names().map((other) => ({ other, createdAt: open(other)?.createdAt ?? 0 })).sort((a, b) => a.createdAt - b.createdAt)
      let count = older.length + 1
      let bytes = older.reduce((sum, { other }) => sum + (cookies.get(other)?.length ?? 0), text.length)
      for (const { other } of older) {
        if (count <= most && bytes <= mostBytes) break
        count--
        bytes -= cookies.get(other)?.length ?? 0
        cookies.remove(other)
      }
      cookies.set(name, text, { maxAge: keptFor / 1000 })
      return Promise.resolve()
    },
    find(stateHash) {
      const transaction = open(nameOf(stateHash))
      return Promise.resolve(transaction?.stateHash === stateHash ? transaction : undefined)
    },
    remove(stateHash) {
      cookies.remove(nameOf(stateHash))
      return Promise.resolve()
    },
    hasOther: (slug) => Promise.resolve(names().some((name) => isUnderWay(open(name), slug, now()))),
  }
}

function isUnderWay(transaction: Transaction | undefined, slug: string, now: number): boolean {
  return transaction?.slug === slug && !isTooOld(transaction, now)
}

/** All logins of a browser in its session, for applications that want few cookies; the session's id is the binding. */
export function sessionTransactions(bag: SessionBag, sealer: Sealer, now: () => number): Transactions {
  const load = async ({ latest = false } = {}): Promise<Transaction[]> => {
    const text = await fromStore(() => latest && bag.latest ? bag.latest(transactionsKey) : bag.get(transactionsKey))
    const list = typeof text === 'string' ? sealer.open('transaction', transactionsKey, text) : undefined
    const known = Array.isArray(list) ? list.map(readTransaction).filter((item) => item !== undefined) : []
    return known.filter(({ createdAt }) => now() - createdAt < keptFor)
  }
  const store = async (list: Transaction[]): Promise<void> => {
    await fromStore(async () => {
      await bag.set(transactionsKey, sealer.seal('transaction', transactionsKey, list.slice(-most)))
      await bag.save()
    })
  }

  return {
    // Another tab may have started one since this request began.
    put: async (transaction) => { await store([...await load({ latest: true }), transaction]) },
    find: async (stateHash) => (await load()).find((transaction) => transaction.stateHash === stateHash),
    remove: async (stateHash) => { await store((await load({ latest: true })).filter((transaction) => transaction.stateHash !== stateHash)) },
    hasOther: async (slug) => (await load()).some((transaction) => isUnderWay(transaction, slug, now())),
  }
}

const texts = ['slug', 'stateHash', 'target', 'redirectUri'] as const
const optionalTexts = ['returnTo', 'nonce', 'codeVerifier', 'requestToken', 'requestTokenSecret', 'stepUp'] as const

// Sealed by us, but perhaps by another version of us: only known members of the right kind are taken.
function readTransaction(value: unknown): Transaction | undefined {
  if (!isObject(value) || typeof value['createdAt'] !== 'number' || texts.some((name) => typeof value[name] !== 'string')) return undefined
  const { createdAt, maxAge, remember, scope } = value
  return {
    ...Object.fromEntries(texts.map((name) => [name, value[name]])) as Pick<Transaction, typeof texts[number]>,
    ...Object.fromEntries(optionalTexts.filter((name) => typeof value[name] === 'string').map((name) => [name, value[name]])),
    createdAt,
    ...(typeof maxAge === 'number' ? { maxAge } : {}),
    ...(typeof remember === 'boolean' ? { remember } : {}),
    ...(Array.isArray(scope) ? { scope: scope.filter((item) => typeof item === 'string') } : {}),
  }
}

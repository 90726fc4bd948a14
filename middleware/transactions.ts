import { isObject } from '../lib/json.js'
import { sha256 } from '../lib/random.js'
import type { Sealer } from '../lib/seal.js'
import type { Transaction } from '../lib/types.js'
import type { CookieJar } from './cookies.js'
import { fromStore } from '../lib/storeDeadline.js'
import { transactionsKey, type SessionBag } from './session.js'

/** What a callback names its login by: the provider that it comes from, and the digest of the value that it brings. */
export type LoginName = Pick<Transaction, 'slug' | 'stateHash'>

/** Logins that are under way in one browser: one record each, so that ten tabs can sign in at once. */
export interface Transactions {
  put: (transaction: Transaction) => Promise<void>
  /** The login of this name, if this browser started it and it is still known. */
  find: (login: LoginName) => Promise<Transaction | undefined>
  remove: (login: LoginName) => Promise<void>
  /** All logins that this browser has started and that are still known. */
  list: () => Promise<Transaction[]>
}

/** Logins under way that one browser may have; the oldest gives way. */
const most = 10
/** Characters that all their cookies together may have: servers refuse a request whose headers are too long. */
const mostBytes = 7_000
/** Milliseconds for which records are kept: beyond their life, so that "too late" can be told from "unknown" and leads back to where the person was going. */
const keptFor = 3600_000

/** Each login in a sealed cookie of its own: an attacker's million starts cost the server nothing. */
export function cookieTransactions(cookies: CookieJar, sealer: Sealer, prefix: string): Transactions {
  const start = `${prefix}.tx.`
  // With the slug, because a provider of OAuth 1.0a chooses the value: it must not name the cookie of another's login.
  const nameOf = ({ slug, stateHash }: LoginName): string => start + sha256(`${slug}:${stateHash}`).slice(0, 12)
  const open = (name: string): Transaction | undefined => readTransaction(sealer.open('transaction', name, cookies.get(name) ?? ''))
  const names = (): string[] => cookies.names().filter((name) => name.startsWith(start) && /^[\w-]{12}$/.test(name.slice(start.length)))

  return {
    put(transaction) {
      const name = nameOf(transaction)
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
    find(login) {
      const transaction = open(nameOf(login))
      return Promise.resolve(transaction && isNamed(transaction, login) ? transaction : undefined)
    },
    remove(login) {
      cookies.remove(nameOf(login))
      return Promise.resolve()
    },
    list: () => Promise.resolve(names().map(open).filter((transaction) => transaction !== undefined)),
  }
}

function isNamed(transaction: LoginName, { slug, stateHash }: LoginName): boolean {
  return transaction.slug === slug && transaction.stateHash === stateHash
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
    put: async (transaction) => {
      // A provider of OAuth 1.0a may give two logins one token: the later one is what the callback means.
      const others = (await load({ latest: true })).filter((other) => !isNamed(other, transaction))
      await store([...others, transaction])
    },
    find: async (login) => (await load()).find((transaction) => isNamed(transaction, login)),
    remove: async (login) => { await store((await load({ latest: true })).filter((transaction) => !isNamed(transaction, login))) },
    list: load,
  }
}

const texts = ['slug', 'id', 'stateHash', 'target'] as const
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

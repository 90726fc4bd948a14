import type { Sealer } from '../lib/base/seal.js'
import type { Transaction } from '../lib/model/login.js'
import { fromStore } from '../lib/stores/callStore.js'
import { transactionsKey, type SessionBag } from './session.js'
import { bounded, readTransaction } from './transactionRecord.js'

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
export const mostTransactions = 10
/** Milliseconds for which records are kept: beyond their life, so that "too late" can be told from "unknown" and leads back to where the person was going. */
export const keptFor = 3600_000

/** Whether a callback means this login. */
export function isNamed(transaction: LoginName, { slug, stateHash }: LoginName): boolean {
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
      await bag.set(transactionsKey, sealer.seal('transaction', transactionsKey, list.slice(-mostTransactions)))
      await bag.save()
    })
  }

  return {
    // Another tab may have started one since this request began.
    put: async (transaction) => {
      // A provider of OAuth 1.0a may give two logins one token: the later one is what the callback means.
      const others = (await load({ latest: true })).filter((other) => !isNamed(other, transaction))
      await store([...others, bounded(transaction)])
    },
    find: async (login) => (await load()).find((transaction) => isNamed(transaction, login)),
    remove: async (login) => { await store((await load({ latest: true })).filter((transaction) => !isNamed(transaction, login))) },
    list: load,
  }
}

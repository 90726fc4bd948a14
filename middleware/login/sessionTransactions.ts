import type { Sealer } from '../../lib/base/seal.js'
import type { Transaction } from '../../lib/model/login.js'
import { callStore } from '../../lib/stores/callStore.js'
import { transactionsKey } from '../core/sessionRecord.js'
import type { HostSession } from '../http/host.js'
import { isNamed, keptFor, maxTransactions, type Transactions } from '../core/transactions.js'
import { bounded, readTransaction } from './transactionRecord.js'

/** All logins of a browser in its session, for applications that want few cookies; the session's id is the binding. */
export function sessionTransactions(session: HostSession, sealer: Sealer, now: () => number): Transactions {
  const load = async ({ latest = false } = {}): Promise<Transaction[]> => {
    const text = await callStore(() => (latest && session.latest ? session.latest(transactionsKey) : session.get(transactionsKey)))
    const list = typeof text === 'string' ? sealer.open('transaction', transactionsKey, text) : undefined
    const known = Array.isArray(list) ? list.map(readTransaction).filter((item) => item !== undefined) : []
    return known.filter(({ createdAt }) => now() - createdAt < keptFor)
  }
  const store = async (list: Transaction[]): Promise<void> => {
    await callStore(async () => {
      await session.set(transactionsKey, sealer.seal('transaction', transactionsKey, list.slice(-maxTransactions)))
      await session.save()
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
    remove: async (login) => {
      await store((await load({ latest: true })).filter((transaction) => !isNamed(transaction, login)))
    },
    list: load,
  }
}

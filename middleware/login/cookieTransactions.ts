import { sha256 } from '../../lib/base/random.js'
import type { Sealer } from '../../lib/base/seal.js'
import type { Transaction } from '../../lib/model/login.js'
import type { CookieJar } from '../http/cookies.js'
import { bounded, packed, unpacked } from './transactionRecord.js'
import { isNamed, keptFor, maxTransactions, type LoginName, type Transactions } from '../core/transactions.js'

/**
 * Bytes of a request's header that all their cookies together may take. Node refuses a request whose address and headers come to 16 KB:
 * 7,000 are the session's, and what is left is for the address, the browser and the application.
 */
const maxBytes = 5_000
/** Characters below which no sealed text is a login's. */
const shortest = 200
/** Cookies that are opened at most: whoever can plant cookies can plant hundreds. */
const maxOpened = 20
/** Cookies that one answer takes out at most. */
const maxRemoved = 10

/** Each login in a sealed cookie of its own: an attacker's million starts cost the server nothing. */
export function cookieTransactions(cookies: CookieJar, sealer: Sealer, prefix: string): Transactions {
  const start = `${prefix}.tx.`
  // With the slug, because a provider of OAuth 1.0a chooses the value: it must not name the cookie of another's login.
  const nameOf = ({ slug, stateHash }: LoginName): string => start + sha256(`${slug}:${stateHash}`).slice(0, 12)
  const sizeOf = (name: string): number => cookies.size(name, cookies.get(name) ?? '')

  function open(name: string): Transaction | undefined {
    const text = cookies.get(name) ?? ''
    return text.length < shortest ? undefined : unpacked(sealer.open('transaction', name, text))
  }

  /** What came: the logins by their cookies' names, and the names of cookies that are none. */
  function received(): { logins: Map<string, Transaction>; others: string[] } {
    const logins = new Map<string, Transaction>()
    const others: string[] = []
    let opened = 0
    for (const name of cookies.names()) {
      if (!name.startsWith(start) || !/^[\w-]{12}$/.test(name.slice(start.length))) continue
      const isLikely = (cookies.get(name) ?? '').length >= shortest && opened++ < maxOpened
      const transaction = isLikely ? open(name) : undefined
      if (transaction) logins.set(name, transaction)
      else others.push(name)
    }
    return { logins, others }
  }

  return {
    put(transaction) {
      const name = nameOf(transaction)
      const text = sealer.seal('transaction', name, packed(bounded(transaction)))
      const { logins, others } = received()
      logins.delete(name)
      const oldestFirst = [...logins].sort(([, a], [, b]) => a.createdAt - b.createdAt).map(([other]) => other)
      let bytes = oldestFirst.reduce((sum, other) => sum + sizeOf(other), cookies.size(name, text))
      const leaving: string[] = []
      for (const other of oldestFirst) {
        if (logins.size - leaving.length < maxTransactions && bytes <= maxBytes) break
        leaving.push(other)
        bytes -= sizeOf(other)
      }
      for (const other of [...leaving, ...others].slice(0, maxRemoved)) cookies.remove(other)
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
    list: () => Promise.resolve([...received().logins.values()]),
  }
}

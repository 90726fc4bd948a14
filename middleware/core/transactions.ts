import type { Transaction } from '../../lib/model/login.js'

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
export const maxTransactions = 10
/** Milliseconds for which records are kept: beyond their life, so that "too late" can be told from "unknown" and leads back to where the person was going. */
export const keptFor = 3600_000

/** Whether a callback means this login. */
export function isNamed(transaction: LoginName, { slug, stateHash }: LoginName): boolean {
  return transaction.slug === slug && transaction.stateHash === stateHash
}

import type { Account, SessionRecord } from '../core/sessionRecord.js'

type Accounts = SessionRecord['accounts']

/** The key of an account in a session: of the one with this key, else of the latest of this slug. */
export function accountKey({ accounts }: SessionRecord, slugOrKey: string): string | undefined {
  if (Object.hasOwn(accounts, slugOrKey)) return slugOrKey
  return Object.keys(accounts).findLast((key) => accounts[key]?.user.provider === slugOrKey)
}

/** Accounts with another one, which is the latest then; in place of an earlier one of the same key. */
export function withAccount(accounts: Accounts, account: Account): Accounts {
  return { ...withoutAccount(accounts, account.user.key), [account.user.key]: account }
}

export function withoutAccount(accounts: Accounts, key: string): Accounts {
  const { [key]: _gone, ...rest } = accounts
  return rest
}

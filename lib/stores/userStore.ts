import type { Awaitable } from '../base/awaitable.js'
import type { AuthUser } from '../model/user.js'

/** What a user's row is known by. Two ids are the same when they are the same as text: `7` and `'7'` are. */
export type UserId = string | number

/**
 * The application's users, each with the keys of the accounts that they sign in with. Shipped in `authrouter/stores`; one of your own,
 * over any database or ORM, passes `userStoreContract` of `authrouter/testing`. Every method may be asynchronous. What is thrown fails
 * the login or the request as `store_unavailable`.
 * @typeParam Row the application's row of a user, with its `id`: a string or a number, which stays the same and is never used again
 */
export interface UserStore<Row = unknown> {
  /** The user that an account is linked to, by the account's `AuthUser.key`; `undefined` or `null` when there is none. */
  findByKey: (key: string) => Awaitable<Row | null | undefined>
  /** @returns `undefined` or `null` when there is no such user, whatever the id looks like */
  findById: (id: UserId) => Awaitable<Row | null | undefined>
  /**
   * Makes a user with one account, or gives the user whose account it is already: of many processes that do this at once for one key,
   * one makes the user and all others get that row. A part of a user is never left behind.
   */
  create: (user: AuthUser) => Awaitable<Row>
  /**
   * Takes over the profile of an account of a user, who has signed in again or whose profile was fetched.
   * @returns the row as it is now; `undefined` or `null` when there is no such user, which is no error
   */
  update: (id: UserId, user: AuthUser) => Awaitable<Row | null | undefined>
  /** Deletes a user with all keys. An unknown id is no error. */
  remove: (id: UserId) => Awaitable<unknown>
  /**
   * Gives a user one more account.
   * @returns `true` when it is this user's now, or was before; `false`, and nothing changes, when it is another user's or there is no such
   * user
   */
  link: (userId: UserId, user: AuthUser) => Awaitable<boolean>
  /** Takes an account from a user. A key that is unknown or another user's stays as it is, and is no error. */
  unlink: (userId: UserId, key: string) => Awaitable<unknown>
  /** The keys of a user's accounts, in any order; empty for an unknown id. */
  listKeys: (userId: UserId) => Awaitable<readonly string[]>
  /**
   * The user of whose accounts one vouches for an address (`emailVerified`), for `linkByVerifiedEmail`. The whole address is compared,
   * without regard to case.
   * @returns `undefined` or `null` when there is none, and when there are several
   */
  findByEmail?: (email: string) => Awaitable<Row | null | undefined>
}

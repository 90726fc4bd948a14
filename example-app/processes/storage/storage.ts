import type { AuthRouterOptions } from 'authrouter'
import type { UserStore } from 'authrouter/stores'
import type { Members } from './members.js'

/** Where users, sessions and tokens live, for as many processes as there are. */
export interface Storage {
  /** `session` and `tokenStore` of `authRouter`. */
  sessions: Pick<AuthRouterOptions, 'session' | 'tokenStore'>
  userStore: Required<UserStore>
  members: Members
  /** In plain words, for the pages. */
  name: string
  close: () => Promise<void>
}

/** Where sessions and tokens live. */
export type SessionStorage = Pick<Storage, 'sessions' | 'name' | 'close'>

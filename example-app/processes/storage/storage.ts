import type { AuthRouterOptions } from 'authrouter'

/** Where sessions and tokens live, for as many processes as there are. */
export interface Storage {
  /** What `authRouter` is told of it. */
  options: Pick<AuthRouterOptions, 'session' | 'tokenStore'>
  /** In plain words, for the overview page. */
  name: string
  close: () => Promise<void>
}

import type { AuthRouterOptions } from '../../middleware/index.js'

/** Where the signed-in state lives; `here` is express-session by the option `session`. */
export type SessionPlace = 'cookie' | 'memory' | 'redis' | 'memory here' | 'redis here'
export type TokenPlace = 'none' | 'memory' | 'redis' | 'postgres'

/** Slug to entry, as JSON can tell it. */
export type Entries = Record<string, Record<string, unknown>>

/** How a lookup function finds an entry, and among what: by host, by mount path, or for any slug the one called `*`. */
export interface Tenants {
  by: 'host' | 'path' | 'slug'
  entries: Record<string, Entries>
}

/** An application that a process is to run from now on: text and numbers only, so that a process can be told. */
export interface Site {
  session: SessionPlace
  tokens: TokenPlace
  express?: 4 | 5
  baseUrl: string | string[]
  providers: Entries | Tenants
  /** Where the one router is mounted; at the root unless told. */
  mounts?: string[]
  /** Several applications, each a router of its own, by mount path; one at the root unless told. */
  apps?: Record<string, Partial<AuthRouterOptions>>
  options?: Partial<AuthRouterOptions>
  /** The session that the application mounts is sent again with every answer. */
  rolling?: boolean
  /** Tokens are in a table of the application's own, which knows none; the token store serves for locks. */
  ownTable?: boolean
  /** Room of a token store in memory, where it is not as it comes. */
  maxEntries?: number
  /** `hooks.onLink` stands at the gate `link` until it is opened. */
  heldLinks?: boolean
  /** Prints every event and error that the router tells of. */
  listening?: boolean
  redisUrl: string
  postgresUrl?: string
  /** Keys of one test in a store that all share. */
  prefix: string
}

export type StoreName = 'tokens' | 'sessions'
export type StoreFault = 'throws' | 'hangs' | 'gives nothing' | 'gives garbage' | 'is away'

/** What the parent tells a process to do. */
export type Order =
  | { do: 'run'; site: Site }
  | { do: 'fail'; store: StoreName; fault: StoreFault | undefined; operations?: string[]; times?: number }
  /** Keeps the token store's call of this number, counted from now, at the gate `store`. */
  | { do: 'hold call'; number: number }
  /** Keeps the next write of the session store at the gate `store`. */
  | { do: 'hold write' }
  /** Resolves when a request stands at the gate. */
  | { do: 'held'; gate: string }
  | { do: 'open'; gate: string }
  | { do: 'logoutEverywhere'; key: string }
  /** Waits for what goes on in the background. */
  | { do: 'settle' }
  /** Makes an API call with sealed credentials. */
  | { do: 'call sealed'; slug: string; sealed: string }
  /** Makes an API call with tokens of the application's own. */
  | { do: 'call as the application'; slug: string }
  /** Moves the clock on by so many milliseconds. */
  | { do: 'pass time'; milliseconds: number }
  | { do: 'entries'; entries: Tenants['entries'] }
  /** Bytes of heap in use after a collection. */
  | { do: 'heap' }
  /** Microseconds of processor time so far. */
  | { do: 'cpu' }
  /** What went wrong that nobody caught. */
  | { do: 'problems' }
  /** How many records the token store of this process holds. */
  | { do: 'records' }

import type { Client } from './client.js'
import type { Connections, Http, HttpStream, Outbound } from './http.js'
import type { ResolvedProvider } from './provider.js'

/** One entry of the configuration, checked and complete: a provider, and who we are to it. */
export interface Registration {
  slug: string
  provider: ResolvedProvider
  client: Client
  /** Path of the callback below the base URL, where it is not the route's. */
  callbackPath?: string
  /** Given by `providers` as a function: the same slug may be another's for another request. */
  fromLookup?: true
  /** Where it may lead: to public addresses only, where a lookup gave it and so somebody else may have written its addresses. */
  reach?: 'public'
  /** What the user chose of the provider's parameters, where the entry asks for some. */
  chosen?: Readonly<Record<string, string>>
  /** Whether an identifier is one of those that users may type, which are all that they may be led to. */
  admits?: (identifier: string) => boolean
  /** Of what was chosen, what the host of the API does not tell, as a path such as `/acme`: two ids on one host may be two people's. */
  chosenPath?: string
  /** Of an entry that asks, as long as nothing has been chosen: there is nobody to talk to, and `provider` has no addresses. */
  ask?: Ask
}

/** Who brings a value: anybody at the start of a login, or an account that was signed in with it. */
export type Chooser = 'visitor' | 'account'

/** A parameter that users are asked for. */
export interface AskedParameter {
  name: string
  description: string
  example?: string
  /** What the form begins with; empty where nothing is known. */
  value: string
}

/** What an entry asks its users, and what becomes of it. */
export interface Ask {
  parameters: readonly AskedParameter[]
  /** What was chosen, checked; else the name of the first parameter that is missing, or that may not have this value. */
  read: (
    given: Readonly<Record<string, string>>,
  ) => { chosen: Readonly<Record<string, string>> } | { missing: string } | { refused: string }
  /** Whether `registrationFor` asks nobody: the application names no client for each value, or has named this one lately. */
  isAtHand: (chosen: Readonly<Record<string, string>>) => boolean
  /**
   * The registration of what was chosen, kept for the next time: whoever is signed in is not evicted by strangers.
   * @returns `undefined` where the application has no client for these values
   * @throws AuthError `config_invalid` for a client that cannot be used, and what the application's function throws
   */
  registrationFor: (
    chosen: Readonly<Record<string, string>>,
    chooser: Chooser,
  ) => Promise<Registration | undefined> | Registration | undefined
}

/** What a login works with, frozen when it starts. */
export interface Context extends Registration {
  redirectUri: string
  /** Where the application is, without a slash at the end. */
  baseUrl: string
  http: Http
  openStream: HttpStream
  connections: Connections
  outbound: Outbound
  /**
   * Whether this is the first, of however many processes share a store, to see a value within so many seconds.
   * @throws AuthError `store_unavailable`
   */
  claimOnce: (value: string, seconds: number) => Promise<boolean>
  /** Milliseconds since 1970. */
  now: () => number
}

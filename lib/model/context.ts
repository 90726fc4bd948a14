import type { Client } from './client.js'
import type { Http, HttpStream, Outbound } from './http.js'
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
}

/** What a login works with, frozen when it starts. */
export interface Context extends Registration {
  redirectUri: string
  http: Http
  openStream: HttpStream
  outbound: Outbound
  /** Milliseconds since 1970. */
  now: () => number
}

import type { TokenStore } from '../../lib/stores/tokenStore.js'
import type { Parameters } from './parameters.js'
import type { Reply } from './reply.js'

/** A host's own request or response: carried to the functions of the application, and never looked into outside `hosts/`. */
export type Native = object

/** A request as any host shows it. */
export interface HostRequest {
  /** What hooks, `fetchToken`, `check` and `providers(slug, req)` are given. */
  readonly native: Native
  /** What `session(req, res)` is given beside it. */
  readonly nativeResponse: Native
  readonly method: string
  /** Path and query as the client sent them. */
  readonly target: string
  /** Path and query below `mountPath`. */
  readonly url: string
  /** The part of the path that a framework took away before it called the middleware. */
  readonly mountPath: string
  /** Whether the connection is encrypted; behind a proxy as far as the application trusts that proxy. */
  readonly secure: boolean
  /** Host and port that the visitor asked for, as far as the application trusts its proxy. */
  readonly host: string | undefined
  /** A header that may be sent once; a repeated one counts as absent. */
  header: (name: string) => string | undefined
  /**
   * The parameters of the body, a form or JSON, bounded in size and time.
   * @throws AuthError `bad_request`, `too_large`
   */
  form: () => Promise<Parameters>
  /** The session that a session middleware has left on the request. */
  session: () => RequestSession | undefined
  /** Id of that session, which outlives it. */
  readonly sessionId: string | undefined
  /** Records beside that session, where its store allows them. */
  tokenRecords: () => TokenStore | undefined
  readonly cookies: ResponseCookies
  /** Answers the request, where a handler of the application's asks for it. */
  answer: (reply: Reply) => void
}

/** The cookies of the response, whoever writes it: a refresh is told to the browser by the application's own answer. */
export interface ResponseCookies {
  /** Whether a `Set-Cookie` can still be sent. */
  readonly isOpen: boolean
  /** Sends a line in place of an earlier one for the same cookie. */
  set: (name: string, line: string) => void
  /** Leaves out of this response what was set under a name. */
  withdraw: (name: string) => void
  /** Calls at the last moment at which the cookies can change. */
  beforeSent: (run: () => void) => void
}

/** A session of any kind, as little as authrouter needs of one. */
export interface HostSession {
  get: (key: string) => unknown
  set: (key: string, value: unknown) => unknown
  delete: (key: string) => unknown
  save: () => unknown
  regenerate?: () => unknown
  destroy?: () => unknown
  /** Makes the session's cookie last for so many milliseconds. */
  last?: (milliseconds: number) => void
  /** Its id, where it has one: what is sealed for one session opens in no other. */
  id?: () => string | undefined
  /** What the store holds under a key by now, where other requests may have written since this one began. */
  latest?: (key: string) => unknown
  /** Leaves the session out of this response: nothing is saved, no cookie is sent. */
  abandon?: () => void
}

/** The session that a session middleware has left on a request. */
export interface RequestSession {
  /** A value, without making anything of the session. */
  value: (key: string) => unknown
  /** The session as the rest of authrouter handles it. */
  readonly hostSession: HostSession
  /**
   * Whether the response may carry its cookie although nothing signs in: one that ends at a time is sent again when the session changes,
   * and a session that is a cookie has no other place for it.
   */
  readonly mayBeSentAgain: boolean
  /** Leaves the signed-in state, under `key`, out of what the response says of the session. */
  takeBack: (key: string) => void
  /** The data that the application keeps in it. */
  data: () => Record<string, unknown>
  /** Puts this data in place of all that is there. */
  replaceData: (data: Readonly<Record<string, unknown>>) => void
  /** Lets no slower request write the session back once it has ended. */
  guardSaves: (guard: SaveGuard) => void
}

/** What tells whether a session may still be written. */
export interface SaveGuard {
  /** Of the record that the session held when its request began. */
  salt: string
  /** Sessions that have ended in this process. */
  ended: { has: (salt: string) => boolean }
  /** Name of the mark that another process leaves beside the session of an id when it ends it. */
  markOf: (sessionId: string) => string
}

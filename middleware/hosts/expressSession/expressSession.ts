import { AuthError } from '../../../lib/base/errors.js'
import { isObject } from '../../../lib/base/json.js'
import type { HostSession, RequestSession, SaveGuard } from '../../http/host.js'
import { guardSaves } from './guardedSaves.js'
import type { Request } from '../nodeTypes.js'
import { called } from './storeCallback.js'

interface PlainSession {
  [name: string]: unknown
  regenerate?: (done: (error?: unknown) => void) => unknown
  destroy?: (done: (error?: unknown) => void) => unknown
  save?: (done: (error?: unknown) => void) => unknown
  cookie?: { secure?: boolean | undefined; maxAge?: number | null | undefined; expires?: unknown }
}

/** The session that a middleware left at `req.session`: express-session, cookie-session, or one that looks like them. */
export class ExpressSession implements RequestSession {
  readonly #req: Request
  #hostSession: HostSession | undefined

  constructor(req: Request) {
    this.#req = req
  }

  get #session(): PlainSession {
    return (this.#req.session ?? {}) as PlainSession
  }
  get hostSession(): HostSession {
    return (this.#hostSession ??= hostSessionOf(this.#req))
  }
  get mayBeSentAgain(): boolean {
    return this.#req.sessionID === undefined || this.#session.cookie?.expires instanceof Date
  }

  value(key: string): unknown {
    return this.#session[key]
  }

  takeBack(key: string): void {
    const { session } = this.#req
    if (this.hostSession.abandon) this.hostSession.abandon()
    // cookie-session asks the session itself whether there is anything to send.
    else if (isObject(session) && 'isChanged' in session) Object.defineProperty(session, 'isChanged', { value: false })
    else void this.hostSession.delete(key)
  }

  data(): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.#session).filter(([name, value]) => name !== 'cookie' && typeof value !== 'function'))
  }

  replaceData(data: Readonly<Record<string, unknown>>): void {
    const session = this.#req.session as PlainSession | null | undefined
    if (!session) return
    for (const name of Object.keys(this.data())) Reflect.deleteProperty(session, name)
    Object.assign(session, data)
  }

  guardSaves(guard: SaveGuard): void {
    guardSaves(this.#req, guard)
  }
}

function hostSessionOf(req: Request): HostSession {
  const session = (): PlainSession => (req.session ?? {}) as PlainSession
  const { regenerate, save, destroy } = session()
  return {
    get: (name) => session()[name],
    set: (name, value) => {
      session()[name] = value
    },
    delete: (name) => {
      Reflect.deleteProperty(session(), name)
    },
    save: async () => {
      requireSendableCookie(req, session())
      // cookie-session writes itself when the response begins.
      if (typeof save === 'function') await called((done) => session().save?.(done))
    },
    // cookie-session is ended by taking it away.
    destroy:
      typeof destroy === 'function'
        ? () => called((done) => session().destroy?.(done))
        : () => {
            req.session = null
          },
    last: (milliseconds) => {
      const { cookie } = session()
      if (cookie) cookie.maxAge = milliseconds
    },
    ...(typeof req.sessionID === 'string' ? { id: () => req.sessionID } : {}),
    ...(req.sessionStore ? { latest: (name: string) => storedValue(req, name) } : {}),
    // express-session neither saves nor sends a cookie for a request without a session.
    ...(typeof regenerate === 'function'
      ? {
          abandon: () => {
            req.session = undefined
          },
        }
      : {}),
    ...(typeof regenerate === 'function' ? { regenerate: () => called((done) => session().regenerate?.(done)) } : {}),
  }
}

// express-session leaves a secure cookie out without a word when it takes the connection for plain http.
function requireSendableCookie(req: Request, { cookie }: PlainSession): void {
  const isEncrypted = 'encrypted' in req.socket && req.socket.encrypted === true
  if (cookie?.secure === true && !isEncrypted && req.secure === false) {
    throw new AuthError(
      'config_invalid',
      'The session cookie is marked secure, but this request does not look encrypted, so the cookie would not '
        + "be sent. Behind a TLS proxy, call app.set('trust proxy', 1).",
    )
  }
}

async function storedValue({ sessionStore, sessionID }: Request, name: string): Promise<unknown> {
  const stored = await called((done) => {
    sessionStore?.get(sessionID ?? '', done)
  })
  return isObject(stored) ? stored[name] : undefined
}

import { AuthError } from '../lib/errors.js'
import type { Sealer } from '../lib/seal.js'
import type { CookieJar } from './cookies.js'
import type { Request } from './http.js'
import { readRecord, type SessionRecord, type SessionStore } from './session.js'

/** Bytes of one cookie's value: browsers take 4,096 with name and attributes. */
const chunkLength = 3_800
const mostChunks = 3

/**
 * Keeps the signed-in state in a sealed cookie of the browser's: no store, no server memory, any number of processes.
 *
 * @param now milliseconds since 1970
 * @param onTrimmed told when the provider's raw profile had to be left out to keep the cookie small
 */
export function cookieSession(cookies: CookieJar, sealer: Sealer, prefix: string, now: () => number, onTrimmed: () => void): SessionStore {
  const name = sessionCookieName(prefix)
  const chunkName = (index: number): string => index === 0 ? name : `${name}.${String(index)}`

  function write(record: SessionRecord): void {
    let text = sealer.seal('session', name, record)
    if (text.length > chunkLength * mostChunks) {
      text = sealer.seal('session', name, withoutRaw(record))
      onTrimmed()
    }
    if (text.length > chunkLength * mostChunks) {
      throw new AuthError('too_large', 'This sign-in does not fit into cookies. The application needs a session store: set the option session: { store }.')
    }
    const maxAge = record.expiresAt === undefined ? undefined : Math.max(Math.ceil((record.expiresAt - now()) / 1000), 0)
    const chunks = Math.ceil(text.length / chunkLength)
    for (let index = 0; index < mostChunks; index++) {
      const chunk = text.slice(index * chunkLength, (index + 1) * chunkLength)
      // The first one tells how many belong together, so that leftovers of an older state are never mixed in.
      if (chunk) cookies.set(chunkName(index), index === 0 ? `${String(chunks)}.${chunk}` : chunk, { maxAge })
      else if (cookies.get(chunkName(index)) !== undefined) cookies.remove(chunkName(index))
    }
  }

  return {
    read() {
      const first = cookies.get(name)
      const count = Number(first?.slice(0, first.indexOf('.')))
      if (first === undefined || !(count >= 1 && count <= mostChunks)) return Promise.resolve(undefined)
      let text = first.slice(first.indexOf('.') + 1)
      for (let index = 1; index < count; index++) text += cookies.get(chunkName(index)) ?? ''
      return Promise.resolve(readRecord(sealer.open('session', name, text)))
    },
    renew(record) {
      write(record)
      return Promise.resolve()
    },
    update(record) {
      // Too late for this response: the next request renews the tokens again, or finds them in memory.
      if (cookies.isWritable()) write(record)
      return Promise.resolve()
    },
    adopt: write,
    end() {
      for (let index = 0; index < mostChunks; index++) {
        if (cookies.get(chunkName(index)) !== undefined) cookies.remove(chunkName(index))
      }
      return Promise.resolve()
    },
  }
}

/** Whether a request can hold a sealed session: certain when it cannot, and without reading its cookies. */
export function maySendSealedSession({ headers: { cookie } }: Request, sessionCookie: string): boolean {
  return cookie?.includes(sessionCookie) === true
}

/** Name of the cookie that holds a sealed session, but for its prefix. */
export function sessionCookieName(prefix: string): string {
  return `${prefix}.session`
}

function withoutRaw(record: SessionRecord): SessionRecord {
  return {
    ...record,
    accounts: Object.fromEntries(Object.entries(record.accounts).map(([slug, account]) => [slug, { ...account, user: { ...account.user, raw: {} } }])),
  }
}

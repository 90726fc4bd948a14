import type { CookieJar } from '../http/cookies.js'
import type { OpenSession } from './sessionCache.js'
import { requireRoomInCookies, type SealSession } from './sealedSession.js'
import type { SessionRecord, SessionWriter } from '../core/sessionRecord.js'

/** Bytes of one cookie's value: browsers take 4,096 with name and attributes. */
const chunkLength = 3_800
/** One more than a session fills: earlier versions made larger ones. */
const maxChunks = 3

/**
 * Keeps the signed-in state in a sealed cookie of the browser's: no store, no server memory, any number of processes.
 *
 * @param name of the cookie; further ones are numbered
 * @param now milliseconds since 1970
 * @param unlessEnded takes back what was written, should the session of this salt have ended before the response leaves
 */
export function cookieSession(
  cookies: CookieJar,
  seal: SealSession,
  name: string,
  now: () => number,
  unlessEnded: (salt: string, takeBack: () => void) => void,
): SessionWriter {
  let isWatched = false
  const chunkName = (index: number): string => chunkOf(name, index)

  function write(record: SessionRecord): void {
    const text = seal(name, record)
    const maxAge = record.expiresAt === undefined ? undefined : Math.max(Math.ceil((record.expiresAt - now()) / 1000), 0)
    const chunks = Math.ceil(text.length / chunkLength)
    for (let index = 0; index < maxChunks; index++) {
      const chunk = text.slice(index * chunkLength, (index + 1) * chunkLength)
      // The first one tells how many belong together, so that leftovers of an older state are never mixed in.
      if (chunk) cookies.set(chunkName(index), index === 0 ? `${String(chunks)}.${chunk}` : chunk, { maxAge })
      else if (cookies.get(chunkName(index)) !== undefined) cookies.remove(chunkName(index))
    }
  }

  function writeUnlessEnded(record: SessionRecord): void {
    write(record)
    if (isWatched) return
    isWatched = true
    unlessEnded(record.salt, () => {
      for (let index = 0; index < maxChunks; index++) cookies.withdraw(chunkName(index))
    })
  }

  return {
    start(record) {
      write(record)
      return Promise.resolve()
    },
    requireRoom: requireRoomInCookies,
    save(record) {
      // Too late for this response: the next request refreshes the tokens again, or finds them in memory.
      if (cookies.isWritable()) writeUnlessEnded(record)
      return Promise.resolve()
    },
    adopt: writeUnlessEnded,
    end() {
      for (let index = 0; index < maxChunks; index++) {
        if (cookies.get(chunkName(index)) !== undefined) cookies.remove(chunkName(index))
      }
      return Promise.resolve()
    },
  }
}

/** Reads the signed-in state from the browser's cookies. */
export function readCookies(cookies: CookieJar, name: string, open: OpenSession): SessionRecord | undefined {
  const first = cookies.get(name)
  const count = Number(first?.slice(0, first.indexOf('.')))
  if (first === undefined || !(count >= 1 && count <= maxChunks)) return undefined
  let text = first.slice(first.indexOf('.') + 1)
  for (let index = 1; index < count; index++) text += cookies.get(chunkOf(name, index)) ?? ''
  return open(name, text)
}

function chunkOf(name: string, index: number): string {
  return index === 0 ? name : `${name}.${String(index)}`
}

/**
 * Whether a request can hold a sealed session: certain when it cannot, and without reading its cookies.
 * @param cookie the header
 */
export function mayHoldSession(cookie: string | undefined, sessionCookie: string): boolean {
  return cookie?.includes(sessionCookie) === true
}

/** Name of the cookie that holds a sealed session, but for its prefix. */
export function sessionCookieName(prefix: string): string {
  return `${prefix}.session`
}

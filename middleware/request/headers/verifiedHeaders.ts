import type { Awaitable } from '../../../lib/base/awaitable.js'
import { AuthError } from '../../../lib/base/errors.js'
import { sha256 } from '../../../lib/base/random.js'
import type { Registration } from '../../../lib/model/context.js'
import type { HeaderIdentity } from '../../../lib/model/protocol.js'
import { loadProtocol } from '../../../lib/protocols/index.js'
import type { Engine } from '../../core/engine.js'
import { contextOf, type RequestContext } from '../../core/requestContext.js'
import { boundedMap } from './boundedMap.js'

/** A header that was verified. */
export interface VerifiedHeader {
  registration: Registration
  identity: HeaderIdentity
  /** Stands for all that it says, but for when. */
  name: string
  /** Milliseconds since 1970 after which it is refused. */
  until: number
  /** When its signature was last verified. */
  checkedAt: number
}

/** Bytes that verified headers take at most. */
const maxBytes = 8_000_000
/** Milliseconds after which a signature is verified anew: its key may have been withdrawn since. */
const checkedFor = 300_000

/** Looks what a header of a request says, if it verifies. */
export type ReadHeader = (request: RequestContext, registration: Registration, value: string) => Awaitable<VerifiedHeader>

/**
 * Verifies headers, and remembers those that did until they end: the same one comes with every request of a user. Of the others nothing is
 * kept, so that nobody can fill the memory with them.
 *
 * @returns what rejects with AuthError `assertion_invalid` for a header that does not verify, and with what fetching the proxy's keys throws
 */
export function verifiedHeaders(engine: Engine): ReadHeader {
  const { now } = engine
  const known = boundedMap<VerifiedHeader>(maxBytes, now)
  const underWay = new Map<string, Promise<VerifiedHeader>>()

  return (request, registration, value) => {
    const digest = sha256(`${registration.slug} ${value}`)
    const kept = known.get(digest)
    if (kept && now() - kept.checkedAt < checkedFor) return kept
    const running = underWay.get(digest)
    if (running) return running
    const verifying = verify(request, registration, value)
      .then(
        (verified) => {
          known.set(digest, verified, verified.identity.tokenSet)
          return verified
        },
        (error: unknown) => {
          known.delete(digest)
          throw error
        },
      )
      .finally(() => underWay.delete(digest))
    underWay.set(digest, verifying)
    return verifying
  }

  async function verify(request: RequestContext, registration: Registration, value: string): Promise<VerifiedHeader> {
    const { identify } = await loadProtocol(registration.provider)
    const { header } = registration.provider
    const identity = await identify?.(contextOf(engine, registration, request.publicUrl), (name) => (name === header ? value : undefined))
    if (!identity) throw new AuthError('assertion_invalid', 'The header says nothing.', { provider: registration.slug, reason: 'token' })
    return { registration, identity, name: nameOf(registration, identity), until: identity.expiresAt * 1000, checkedAt: now() }
  }
}

/** Claims that differ in each JWT of a proxy that signs anew for each request, and say nothing of its user. */
const changing: ReadonlySet<string> = new Set(['iat', 'exp', 'nbf', 'jti'])

function nameOf({ slug }: Registration, { tokenSet: { claims = {} } }: HeaderIdentity): string {
  return sha256(JSON.stringify([slug, Object.entries(claims).filter(([name]) => !changing.has(name))]))
}

/** Whether two headers speak of one person, as far as they say: issuers give ids of their own, and an address is the same at all of them. */
export function isSamePerson({ identity: one }: VerifiedHeader, { identity: other }: VerifiedHeader): boolean {
  const [first = {}, second = {}] = [one.tokenSet.claims, other.tokenSet.claims]
  if (first['iss'] === second['iss'] && first['sub'] === second['sub']) return true
  const [mine, theirs] = [first['email'], second['email']]
  return typeof mine === 'string' && mine !== '' && typeof theirs === 'string' && mine.toLowerCase() === theirs.toLowerCase()
}

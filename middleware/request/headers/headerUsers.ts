import type { Awaitable } from '../../../lib/base/awaitable.js'
import { asAuthError, AuthError } from '../../../lib/base/errors.js'
import type { Registration } from '../../../lib/model/context.js'
import type { Engine } from '../../core/engine.js'
import { failureEvent } from '../../core/logging.js'
import type { HeaderUser, RequestContext } from '../../core/requestContext.js'
import { boundedMap } from './boundedMap.js'
import { headerLogin } from './headerLogin.js'
import { isSamePerson, type VerifiedHeader, verifiedHeaders } from './verifiedHeaders.js'

/** Whom the headers of a request speak for, or why that is not known. */
export type FoundUser = { user: HeaderUser } | { doubt: AuthError }

/** Finds whom a proxy in front of the application has signed into a header. */
export interface HeaderUsers {
  /** Whether a request brings such a header, by a look at its headers alone. */
  isCarried: (headers: Readonly<Record<string, unknown>>) => boolean
  /** `undefined` for a request that brings none which verifies; never rejects. */
  of: (request: RequestContext) => Awaitable<FoundUser | undefined>
}

/** A login that a header began, which holds as long as that header. */
interface Login {
  outcome: FoundUser
  until: number
}

/** Bytes that logins take at most: their users, with their profiles. */
const maxBytes = 16_000_000
/** Milliseconds within which a header that is refused for one reason is told of once. */
const quietFor = 60_000

export function headerUsers(engine: Engine): HeaderUsers {
  const { headerEntries: entries, now } = engine
  const read = verifiedHeaders(engine)
  const logins = boundedMap<Login>(maxBytes, now)
  const underWay = new Map<string, Promise<FoundUser>>()
  const toldAt = new Map<string, number>()

  return {
    // Loops, because every request passes here: a closure for each would cost those without a header more than the look.
    isCarried(headers) {
      for (const { provider } of entries) if (headers[provider.header ?? '']) return true
      return false
    },
    of(request) {
      let carried: Registration | undefined
      for (const entry of entries) {
        if (valueOf(request, entry) === '') continue
        if (carried) return ofSeveral(request)
        carried = entry
      }
      if (!carried) return undefined
      const verified = read(request, carried, valueOf(request, carried))
      // Most requests bring a header that is known, of a user who is.
      return verified instanceof Promise ? verified.then((late) => loginOf(request, late), notVerified) : loginOf(request, verified)
    },
  }

  /** The first that verifies, in the order of the configuration; nobody, where another one speaks of somebody else. */
  async function ofSeveral(request: RequestContext): Promise<FoundUser | undefined> {
    const carried = entries.filter((entry) => valueOf(request, entry) !== '')
    const results = await Promise.allSettled(carried.map(async (entry) => read(request, entry, valueOf(request, entry))))
    const verified = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [notVerified(result.reason)] : []))
    const doubt = failures.find((failure) => failure !== undefined)
    const [first, ...others] = verified
    if (doubt || !first) return doubt
    const another = others.find((other) => !isSamePerson(first, other))
    if (!another) return await loginOf(request, first)
    engine.log('warn', { event: 'header_conflict', provider: another.registration.slug })
    return {
      doubt: new AuthError('user_mismatch', "Two proxies say that this request was sent by different users: it counts as nobody's."),
    }
  }

  /** What a header that did not verify makes of a request: nothing if it is wrong, and doubt if that cannot be known. */
  function notVerified(thrown: unknown): FoundUser | undefined {
    const error = asAuthError(thrown, 'provider_bad_response', "The proxy's header could not be verified.")
    if (error.code !== 'assertion_invalid') {
      engine.log('warn', { ...failureEvent('header_in_doubt', error), provider: error.provider })
      return { doubt: error }
    }
    // Anybody can send one with each request, and whoever set this up has to learn of it once.
    const about = `${error.provider ?? ''} ${error.reason ?? ''}`
    if (now() - (toldAt.get(about) ?? -Infinity) < quietFor) return undefined
    toldAt.set(about, now())
    engine.log('warn', { ...failureEvent('header_refused', error), provider: error.provider })
    return undefined
  }

  /**
   * The login that a header belongs to. A proxy may sign anew for each request: a header that says the same belongs to the login that an
   * earlier one began, as long as that one would do.
   */
  function loginOf(request: RequestContext, verified: VerifiedHeader): Awaitable<FoundUser> {
    const { name } = verified
    return logins.get(name)?.outcome ?? underWay.get(name) ?? begin(request, verified)
  }

  function begin(request: RequestContext, verified: VerifiedHeader): Promise<FoundUser> {
    const { name, until } = verified
    const beginning = headerLogin(engine, request, verified)
      .then((user): FoundUser => ({ user }))
      .catch((thrown: unknown): FoundUser => {
        const doubt = asAuthError(thrown, 'hook_failed', 'Something went wrong on our side.')
        engine.log('warn', { ...failureEvent('header_login_failed', doubt), provider: verified.registration.slug })
        return { doubt }
      })
      .then((outcome) => {
        if (isFinal(outcome)) logins.set(name, { outcome, until }, 'user' in outcome ? outcome.user.record : undefined)
        return outcome
      })
      .finally(() => underWay.delete(name))
    underWay.set(name, beginning)
    return beginning
  }
}

/** Whether a login has ended well, or was refused: what has failed is tried again with the next request. */
function isFinal(outcome: FoundUser): boolean {
  return 'user' in outcome || outcome.doubt.status === 403 || outcome.doubt.status === 409
}

function valueOf({ host }: RequestContext, { provider: { header = '' } }: Registration): string {
  return host.header(header) ?? ''
}

import { inspect } from 'node:util'
import { AuthError } from '../base/errors.js'
import { isObject } from '../base/json.js'
import type { Tokens } from '../model/tokens.js'
import { requireAccess } from '../protocols/index.js'
import { presentTokens, refreshedTokens, startingTokens } from '../refresh/freshTokens.js'
import type { ClientContext } from '../refresh/refresher.js'
import { canRefresh } from '../tokens/canRefresh.js'
import { shouldRefresh } from '../tokens/refreshTime.js'
import { isExpired } from '../tokens/tokens.js'
import type { TokenAccess } from '../tokens/tokenSource.js'

/** Tokens with a life: what an application may know and do about its access to an account. */
export interface Credentials {
  /** Slug of the provider. */
  readonly provider: string
  readonly tokenType: string
  /** Granted scopes, separated by spaces. */
  readonly scope: string | undefined
  /** What was granted of the entry's `authorizationDetails`, as the provider said it. */
  readonly authorizationDetails: Tokens['authorizationDetails']
  readonly expiresAt: Date | undefined
  /** Seconds until the access token ends; negative when it has. */
  readonly expiresIn: number | undefined
  /** `false` once the access token has ended; a token without an end is valid. */
  readonly valid: boolean
  /** Whether the provider has refused to refresh the access, as far as it is known: only a new sign-in, or linking the account again, helps. */
  readonly reauthRequired: boolean
  /** The access token itself: the only way to it, left out of JSON, `inspect` and logs. */
  readonly accessToken: string
  /** Whether the access token ends within so many seconds (default: one day). */
  expiresSoon: (seconds?: number) => boolean
  /**
   * Refreshes the access when it is due, or at once with `force`.
   * @throws AuthError `reauth_required` when only a new sign-in helps; `provider_timeout`, `provider_bad_response`, `credentials_gone`
   */
  refresh: (options?: { force?: boolean }) => Promise<void>
  /**
   * Ends the access at the provider (RFC 7009) and lets go of the tokens: from then on every call is `credentials_gone`.
   * @returns `false` where the provider has no way to end it; the tokens are let go of all the same
   * @throws AuthError `provider_error`, `provider_timeout`, `provider_bad_response`: the tokens stay, so that it can be tried again
   */
  revoke: () => Promise<boolean>
  /**
   * The credentials as compact URL-safe text, encrypted and authenticated, for a job or another process: `auth.credentials(text)` and
   * `auth.client(slug, text)` open it. Whoever refreshes rotated tokens outside of a token store has to seal and keep them again.
   */
  seal: () => string
}

/** Makes the credentials of an account. */
export function createCredentials(context: ClientContext, access: TokenAccess): Credentials {
  const { slug, now } = context
  const { source, record, target, seal } = access
  const tokens = (): Tokens => {
    requireAccess(context)
    return presentTokens(access, slug)
  }
  const seconds = (): number => Math.floor(now() / 1000)
  const facts = {
    get provider() {
      return slug
    },
    get tokenType() {
      return tokens().tokenType
    },
    get scope() {
      return tokens().scope
    },
    get authorizationDetails() {
      return tokens().authorizationDetails
    },
    get expiresAt() {
      const { expiresAt } = tokens()
      return expiresAt === undefined ? undefined : new Date(expiresAt * 1000)
    },
    get expiresIn() {
      const { expiresAt } = tokens()
      return expiresAt === undefined ? undefined : expiresAt - seconds()
    },
    get valid() {
      return isExpired(tokens(), seconds(), 0) !== true
    },
    get reauthRequired() {
      return tokens().reauthRequired === true
    },
  }
  const methods = {
    get accessToken() {
      return tokens().accessToken
    },
    expiresSoon: (within = 86_400) => isExpired(tokens(), seconds(), within) === true,
    refresh: async ({ force = false } = {}) => {
      requireAccess(context)
      await source.load?.()
      const current = startingTokens(access, slug)
      if (force || current.accessToken === '' || (shouldRefresh(current, now()) && canRefresh(context, current, access)))
        await refreshedTokens(context, access, current)
    },
    revoke: async () => {
      if (target)
        throw new AuthError('bad_request', 'This access comes from that of the account, and ends with it: revoke that one.', {
          provider: slug,
        })
      await source.load?.()
      const settled = await context.refresher.settled(context, tokens(), record)
      const kept = await record?.read()
      const { revokeTokens } = await import('../endpoints/revocation.js')
      const isRevoked = await revokeTokens(context, kept?.tokens ?? settled)
      await source.save(undefined)
      return isRevoked
    },
    seal: () => {
      requireAccess(context)
      if (!seal)
        throw new AuthError('config_invalid', 'These credentials belong to a context that has no secret to seal them with.', {
          provider: slug,
        })
      return seal(presentTokens({ ...access, target: undefined }, slug))
    },
    // What has been signed out has nothing to tell, but may still be listed.
    toJSON: () => (hasTokens(access, slug) ? { ...facts } : { provider: slug }),
    [inspect.custom]: () => `Credentials { provider: '${slug}' }`,
  }
  return hideFromListing(facts, methods)
}

/** Whether a value is credentials, and not what somebody made of them. */
export function isCredentials(value: unknown): value is Credentials {
  return isObject(value) && typeof value['provider'] === 'string' && typeof value['refresh'] === 'function' && 'accessToken' in value
}

function hasTokens(access: TokenAccess, slug: string): boolean {
  try {
    return presentTokens(access, slug).accessToken !== ''
  } catch {
    return false
  }
}

// Properties that hold or lead to a token are not enumerable: spreading, JSON and loggers pass over them.
function hideFromListing<A extends object, B extends object>(shown: A, hidden: B): A & B {
  const descriptors = Object.getOwnPropertyDescriptors(hidden)
  for (const name of Reflect.ownKeys(descriptors))
    Object.assign(descriptors[name as keyof typeof descriptors] as object, { enumerable: false })
  return Object.defineProperties(shown, descriptors) as A & B
}

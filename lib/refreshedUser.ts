import { AuthError } from './base/errors.js'
import { fetchUserinfo } from './callback.js'
import type { Context } from './model/context.js'
import type { Tokens } from './model/tokens.js'
import type { AuthUser } from './model/user.js'
import { standardClaims, toUser } from './profile.js'

/**
 * A user as the provider's profile has them now. Facts of the login, roles and the application's own fields stay as they were.
 *
 * @param tokens that are fresh
 * @param user as the login, or an earlier call, found them
 * @returns the same user where the provider tells of users at a login only
 * @throws AuthError `user_mismatch` for a profile of somebody else; `provider_error`, `provider_bad_response`, `provider_timeout`
 */
export async function refreshedUser(context: Context, tokens: Tokens, user: AuthUser): Promise<AuthUser> {
  const { provider, slug, now } = context
  if (provider.userinfoEndpoint === undefined && provider.discovery === false) return user
  // What only the ID Token of the login said is still the best that is known.
  const claims = user.raw['sub'] === undefined ? { sub: user.id } : user.raw
  const raw = await fetchUserinfo(context, { tokens, claims, response: {} })
  const fresh = toUser(raw, { slug, profile: provider.profile ?? {}, now: now() })
  if (fresh.id !== user.id) throw new AuthError('user_mismatch', 'The provider gave the profile of another user.', { provider: slug })
  const kept = Object.entries(user).filter(([name]) => !profileNames.has(name))
  const profile = Object.entries(fresh).filter(([name]) => profileNames.has(name))
  return Object.fromEntries([...kept, ...profile]) as unknown as AuthUser
}

/** What of a user is the profile's to say; who they are is not. */
const profileNames: ReadonlySet<string> = new Set(['raw', ...Object.keys(standardClaims).filter((name) => name !== 'id')])

import type { AuthUser } from '../../lib/model/user.js'

/** The user as a page may see them: without the provider's raw profile. */
export function publicUser({ raw: _raw, ...user }: AuthUser): Omit<AuthUser, 'raw'> {
  return user
}

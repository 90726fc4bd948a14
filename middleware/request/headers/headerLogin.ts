import { sha256 } from '../../../lib/base/random.js'
import { bindingOf } from '../../../lib/tokens/binding.js'
import { findUser, keepUser } from '../../accounts/users.js'
import type { Engine } from '../../core/engine.js'
import { tellOfLogin, tellOfRefusedLogin } from '../../core/events.js'
import { contextOf, type HeaderUser, type RequestContext } from '../../core/requestContext.js'
import { decideLogin } from '../../login/decide.js'
import { deepFreeze } from '../../sessions/deepFreeze.js'
import type { VerifiedHeader } from './verifiedHeaders.js'

/**
 * Signs in whom a verified header speaks of: the application is asked, and the user kept, as at the end of a login. No session is begun: the
 * next request brings its header again.
 *
 * @throws AuthError what the hooks and the user store throw; nobody is signed in then
 */
export async function headerLogin(
  engine: Engine,
  request: RequestContext,
  { registration, identity }: VerifiedHeader,
): Promise<HeaderUser> {
  const { userStore } = engine.settings
  const context = contextOf(engine, registration, request.publicUrl)
  try {
    const { resultOf } = await import('../../../lib/callback.js')
    const result = await resultOf(context, identity.tokenSet)
    const found = userStore && (await findUser(engine, userStore, result.user))
    const { user } = await decideLogin(engine, request, context, result, { state: undefined, isNew: userStore && !found })
    const stored = userStore && (await keepUser(userStore, user, found))
    tellOfLogin(engine, user)
    const { key } = user
    return Object.freeze({
      registration,
      registrations: new Map([[key, registration]]),
      record: deepFreeze({
        version: 2,
        // The same at each request, and in each process: CSRF tokens are bound to it.
        salt: sha256(`header ${key}`).slice(0, 22),
        loginKey: key,
        ...(stored ? { userId: stored.id } : {}),
        current: key,
        accounts: { [key]: { user, binding: bindingOf(context) } },
        finished: [],
        createdAt: engine.now(),
        // The same for all headers of the user: an account that they are adding is theirs, whichever header comes along when it is added.
        begunAt: 0,
      }),
    } satisfies HeaderUser)
  } catch (error) {
    tellOfRefusedLogin(engine, request, registration.slug, error)
    throw error
  }
}

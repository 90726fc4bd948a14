import { AuthError } from '../../lib/base/errors.js'
import { sha256 } from '../../lib/base/random.js'
import type { Context } from '../../lib/model/context.js'
import type { LogoutNotice, ProviderSession } from '../../lib/model/protocol.js'
import type { Engine } from '../core/engine.js'
import { tellOfProviderLogout } from '../core/events.js'
import type { MayRevoke } from '../sessions/lists/endKnown.js'
import { providerNames } from '../sessions/lists/providerNames.js'
import { endNamed } from '../sessions/userSessions.js'

/**
 * Ends what a verified logout token names: the session of its `sid`, else all sessions of its `sub`. The token is remembered only when that is
 * done: a provider that was told of a failure may send it again.
 *
 * @throws AuthError `idtoken_invalid` for a token that has been used; `store_unavailable`
 */
export async function endByToken(engine: Engine, context: Context, notice: LogoutNotice): Promise<void> {
  const { issuer, jti, expiresAt } = notice
  const used = engine.records?.('jti')
  const name = sha256(JSON.stringify([issuer, context.client.clientId, jti]))
  if ((await used?.read(name)) !== undefined) {
    throw new AuthError('idtoken_invalid', "The provider's logout token has been used before.", { provider: context.slug, reason: 'jti' })
  }
  await endNamedBy(engine, context, notice, isOfSession)
  await used?.put(name, true, Math.max(1, Math.ceil(expiresAt - engine.now() / 1000)))
}

/**
 * Ends the session that a frame in the browser names. It is no proof of anything, so that nothing is revoked.
 * @throws AuthError `store_unavailable`
 */
export async function endByFrame(engine: Engine, context: Context, session: ProviderSession): Promise<void> {
  await endNamedBy(engine, context, session, () => false)
}

async function endNamedBy(engine: Engine, context: Context, session: ProviderSession, mayRevoke: MayRevoke): Promise<void> {
  const { bySid, bySub } = providerNames(context, session)
  const name = bySid ?? bySub
  const ended = name === undefined ? [] : await endNamed(engine, name, mayRevoke)
  for (const { user } of ended) tellOfProviderLogout(engine, context.slug, user)
  if (ended.length === 0) engine.log('info', { event: 'provider_logout_of_nobody', provider: context.slug })
}

/** Tokens that were given for longer than the session are not revoked with it (OpenID Connect Back-Channel Logout 1.0 section 2.7). */
const isOfSession: MayRevoke = ({ scope = '' }) => !scope.split(' ').includes('offline_access')

import { AuthError } from '../../lib/base/errors.js'
import { hasCsrfToken, returnToOf } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { wantsJson } from '../http/negotiation.js'
import { requireSameOrigin } from '../http/origin.js'
import { goOn, type Reply } from '../http/reply.js'
import { unlinkAccount } from '../logout/unlinkAccount.js'
import type { ProviderRequest } from './receive.js'

/** `POST /auth/:provider/unlink`: takes an account from the signed-in user. */
export async function unlinkRoute({ engine, request, registration, parameters }: ProviderRequest): Promise<Reply> {
  const { host, publicUrl, record } = request
  requireSameOrigin(host, publicUrl.origin, hasCsrfToken(engine, request, parameters))
  if (!record) throw new AuthError('login_required', 'Sign in first.')
  await unlinkAccount(engine, request, keyOf(record, registration.slug, parameters['key']))
  return goOn(wantsJson(host), 303, returnToOf(engine, publicUrl, parameters['returnTo'], engine.settings.afterLogin))
}

function keyOf({ accounts }: SessionRecord, slug: string, asked: string | undefined): string {
  const keys = Object.keys(accounts).filter((key) => accounts[key]?.user.provider === slug && (asked === undefined || key === asked))
  const [key, ...others] = keys
  if (key === undefined) throw new AuthError('not_linked', 'There is no such account to remove.', { provider: slug })
  if (others.length > 0)
    throw new AuthError('bad_request', 'There are several accounts of this provider: name one by the parameter key.', { provider: slug })
  return key
}

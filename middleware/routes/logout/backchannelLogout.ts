import { asAuthError, AuthError } from '../../../lib/base/errors.js'
import { verifyLogoutToken } from '../../../lib/logout.js'
import type { Engine } from '../../core/engine.js'
import { tellOfError } from '../../core/events.js'
import type { RequestContext } from '../../core/requestContext.js'
import type { HostRequest } from '../../http/host.js'
import { queryParameters } from '../../http/parameters.js'
import { json, type Reply } from '../../http/reply.js'
import { endByToken } from '../../logout/providerSessions.js'
import { requireMethod } from '../receive.js'
import { providerContext } from './providerContext.js'

/**
 * `POST /auth/:provider/backchannel-logout`: a provider ends sessions by a request of its own (OpenID Connect Back-Channel Logout 1.0
 * section 2.5). It is a machine that reads the answer, so that it is this one whatever the option `errors` says.
 */
export async function backchannelLogoutRoute(engine: Engine, request: RequestContext, slug: string): Promise<Reply> {
  try {
    requireMethod(request, ['POST'])
    const context = await providerContext(engine, request, slug, queryParameters(request.host.target))
    const notice = await verifyLogoutToken(context, await logoutTokenOf(request.host))
    await endByToken(engine, context, notice)
    return { status: 200, headers: { 'Content-Length': '0' }, body: '' }
  } catch (thrown) {
    const error = asAuthError(thrown, 'hook_failed', 'Something went wrong on our side.')
    tellOfError(engine, error, request)
    return refusal(error, request)
  }
}

async function logoutTokenOf(host: HostRequest): Promise<string> {
  const type = host.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') throw new AuthError('bad_request', 'Send the logout token as a form.')
  // Of the body alone: addresses are written into logs.
  const { logout_token: logoutToken = '' } = await host.form()
  if (logoutToken === '') throw new AuthError('bad_request', 'The parameter logout_token is missing.')
  return logoutToken
}

/** Section 2.8: 400 says that the token is worth nothing; what may pass, that it may be sent again. */
function refusal({ status, code, message }: AuthError, { allow }: RequestContext): Reply {
  const isOurs = status >= 500 || code === 'discovery_failed'
  const reply = json(isOurs ? Math.max(status, 503) : status, {
    error: isOurs ? 'temporarily_unavailable' : 'invalid_request',
    error_description: message,
  })
  const headers = { ...(isOurs ? { 'Retry-After': '5' } : {}), ...(allow ? { Allow: allow.join(', ') } : {}) }
  return { ...reply, headers: { ...reply.headers, ...headers } }
}

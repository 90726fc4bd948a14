import type { Engine } from '../core/engine.js'
import { csrfTokenOf, requireCertainty, type RequestContext } from '../core/requestContext.js'
import { json, type Reply } from '../http/reply.js'
import { publicUser } from './publicUser.js'

/** `GET /auth/session`: who is signed in, for the page. No tokens, and not the provider's raw profile. */
export function sessionRoute(engine: Engine, request: RequestContext): Reply {
  requireCertainty(request)
  const { record } = request
  const user = record?.accounts[record.current]?.user
  return json(200, {
    user: user ? publicUser(user) : null,
    accounts: Object.values(record?.accounts ?? {}).map((account) => publicUser(account.user)),
    csrfToken: csrfTokenOf(engine, record),
  })
}

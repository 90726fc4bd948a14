import { AuthError } from '../../lib/base/errors.js'
import type { ApiClient } from '../../lib/client/apiClient.js'
import type { AuthUser } from '../../lib/model/user.js'
import { attachedTo } from './attach.js'
import type { AttachedRequest } from './requestTypes.js'
import { requireCertainty } from '../core/requestContext.js'

/** The signed-in user of a request and their API clients. */
export interface SignedIn {
  user: AuthUser
  /** Of the account that signed in. */
  client: ApiClient
  /** Of each linked account, by slug. */
  clients: Readonly<Record<string, ApiClient>>
}

/**
 * The signed-in user of a request, typed as present, for handlers that `requireLogin()` or a look of their own has guarded.
 * @param req a request that authRouter has passed on
 * @throws AuthError `login_required` (401) when nobody is signed in; `store_unavailable` when that cannot be known; `config_invalid` for a request that did not pass authRouter
 */
export function signedIn(req: object): SignedIn {
  const attached = attachedTo(req)
  if (!attached) throw new AuthError('config_invalid', 'signedIn needs app.use(authRouter(config)) before the handler.')
  const { authUser: user, oauthClient: client, oauthClients: clients } = req as AttachedRequest
  requireCertainty(attached.request)
  if (!user) throw new AuthError('login_required', 'Sign in first.')
  return { user, client, clients }
}

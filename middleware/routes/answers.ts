// All that routes do. A process that starts has no request for one yet: the first loads this file.
import type { Engine } from '../core/engine.js'
import type { RequestContext } from '../core/requestContext.js'
import type { Parameters } from '../http/parameters.js'
import type { Reply } from '../http/reply.js'
import { callbackRoute } from './callback.js'
import { xrdsRoute } from './identity/xrds.js'
import { linkRoute } from './link.js'
import { loginRoute } from './login.js'
import { backchannelLogoutRoute } from './logout/backchannelLogout.js'
import { frontchannelLogoutRoute } from './logout/frontchannelLogout.js'
import { logoutRoute } from './logout/logout.js'
import { logoutCallbackRoute } from './logout/logoutCallback.js'
import { providersRoute } from './providers.js'
import type { ProviderRequest } from './receive.js'
import { sessionRoute } from './session.js'
import { confirmedRoute } from './start/confirmed.js'
import { unlinkRoute } from './unlink.js'

export { ownCallback } from './ownCallback.js'
export { receive, receiveForProvider } from './receive.js'

export const routes = {
  providers: providersRoute,
  session: sessionRoute,
  logout: logoutRoute,
  logoutCallback: logoutCallbackRoute,
} satisfies Record<string, (engine: Engine, request: RequestContext, parameters: Parameters) => Reply | Promise<Reply>>

/** Those of one provider. */
export const providerRoutes = {
  login: loginRoute,
  callback: callbackRoute,
  link: linkRoute,
  unlink: unlinkRoute,
  confirmed: confirmedRoute,
  xrds: xrdsRoute,
} satisfies Record<string, (received: ProviderRequest) => Promise<Reply>>

/** Those by which a provider ends sessions. */
export const noticeRoutes = {
  backchannelLogout: backchannelLogoutRoute,
  frontchannelLogout: frontchannelLogoutRoute,
} satisfies Record<string, (engine: Engine, request: RequestContext, slug: string) => Promise<Reply>>

import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import { defineProtocol } from '../defineProtocol.js'

/** OpenID Authentication 2.0. */
export const protocol = defineProtocol({
  authorize: unbuilt,
  callbackMethods: () => ['GET', 'POST'],
  checkResponse: unbuilt,
  exchange: unbuilt,
  userinfo: unbuilt,
  sign: unbuilt,
})

function unbuilt({ slug }: Context): never {
  throw new AuthError('config_invalid', 'OpenID 2.0 is not available in this version of authrouter.', { provider: slug })
}

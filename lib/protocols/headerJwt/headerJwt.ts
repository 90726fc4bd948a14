import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import { defineProtocol } from '../defineProtocol.js'

/** A JWT that a proxy signs into a header of each request. */
export const protocol = defineProtocol({
  authorize: unbuilt,
  checkResponse: unbuilt,
  exchange: unbuilt,
  userinfo: unbuilt,
  sign: unbuilt,
})

function unbuilt({ slug }: Context): never {
  throw new AuthError('config_invalid', 'Signed headers are not available in this version of authrouter.', { provider: slug })
}

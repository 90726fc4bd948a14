import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import { defineProtocol } from '../defineProtocol.js'
import { endSession } from './endSession.js'
import { identify } from './identify.js'
import { notThroughProxy } from './notThroughProxy.js'

/** A JWT that a proxy signs into a header of each request: there is no login to start and none to end, and nothing is given but a name. */
export const protocol = defineProtocol({
  authorize: ({ slug }) => Promise.reject(notThroughProxy(slug)),
  callbackMethods: () => {
    throw new AuthError('unknown_provider', 'There is no such address here: this provider signs users in with each request.')
  },
  checkResponse: unanswered,
  exchange: unanswered,
  userinfo: (_context, { claims = {} }) => Promise.resolve(claims),
  identify,
  sign: (_context, _tokens, request) => request,
  endSession,
})

function unanswered({ slug }: Context): Promise<never> {
  return Promise.reject(notThroughProxy(slug))
}

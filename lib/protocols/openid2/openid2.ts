import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import type { Grant } from '../../model/login.js'
import type { RawProfile } from '../../model/profile.js'
import type { TokenSet } from '../../model/protocol.js'
import type { ApiRequest } from '../../model/provider.js'
import type { Tokens } from '../../model/tokens.js'
import { defineProtocol } from '../defineProtocol.js'
import { callbackFacts, fetchProfile, noTokens } from '../userinfo.js'
import { readAssertion } from './assertion.js'
import { requireAuthority } from './claimedId.js'
import { fetched } from './extensions/attributeExchange.js'
import { policyClaims } from './extensions/authenticationPolicy.js'
import { registered } from './extensions/simpleRegistration.js'
import { defaultTolerance, invalid } from './invalid.js'
import { relyingPartyDocument } from './relyingPartyDocument.js'
import { authenticationRequest } from './request.js'
import { verifySignature } from './verification.js'

/** OpenID Authentication 2.0. It says who somebody is, and gives no tokens. */
export const protocol = defineProtocol({
  authorize: authenticationRequest,

  // Section 5.2: an answer that is too long for an address is posted.
  callbackMethods: () => ['GET', 'POST'],

  // The address that we gave brings it. An answer that nobody asked for has none: it names a login that no browser waits for.
  state: (parameters) => parameters['state'] ?? parameters['openid.return_to'],

  async checkResponse(context, grant) {
    readAssertion(context, grant)
    return grant.parameters
  },

  async exchange(context, grant): Promise<TokenSet> {
    if (grant.type !== 'authorization_code') throw withoutTokens(context)
    const { transaction } = grant
    const assertion = readAssertion(context, grant)
    await verifySignature(context, transaction, assertion)
    await requireAuthority(context, transaction, assertion)
    const claims = policyClaims(context, transaction, assertion.signed)
    // Last, so that nothing is remembered of an answer that was not true. As long as it would be fresh, before and after its time.
    const seconds = 2 * (context.provider.clockTolerance ?? defaultTolerance) + 1
    if (!(await context.claimOnce(`${assertion.endpoint} ${assertion.nonce}`, seconds))) throw invalid(context.slug, 'response_nonce')
    return {
      claims,
      response: { ...Object.fromEntries(assertion.signed), claimed_id: assertion.claimedId },
      callback: callbackFacts(context.provider, grant satisfies Grant),
    }
  },

  async userinfo(context, tokenSet): Promise<RawProfile> {
    const { provider } = context
    const signed = new Map(Object.entries(tokenSet.response as Record<string, string>))
    const { attributes, ax } = fetched(signed, provider.attributeExchange)
    const said: RawProfile = {
      ...attributes,
      ...registered(signed),
      ...(Object.keys(ax).length > 0 ? { ax } : {}),
      ...Object.fromEntries(['claimed_id', 'identity', 'op_endpoint'].map((name) => [name, signed.get(name)])),
    }
    // What is fetched besides takes the place of nothing that was signed.
    return { ...(await fetchProfile(context, { ...tokenSet, tokens: noTokens, response: said }, sign)), ...said }
  },

  sign: (context) => {
    throw withoutTokens(context)
  },

  relyingPartyDocument,
})

/** A request for what else the entry says belongs to a profile: there is nothing to sign it with. */
function sign(_context: Context, _tokens: Tokens, request: ApiRequest): ApiRequest {
  return request
}

function withoutTokens({ slug }: Context): AuthError {
  return new AuthError('credentials_gone', 'OpenID 2.0 gives no access to an API: it only says who somebody is.', { provider: slug })
}

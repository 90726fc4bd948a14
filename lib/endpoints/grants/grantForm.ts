import type { Parameters } from '../../base/parameters.js'
import type { Context } from '../../model/context.js'
import type { DeviceCodeGrant, OwnGrant } from '../../model/grants/grants.js'
import type { Grant } from '../../model/login.js'
import type { TokenResponseContext } from '../../tokens/tokens.js'
import type { TokenForm } from '../tokenErrors.js'
import { jwtAssertion } from './jwtAssertion.js'
import { targetParameters } from './target.js'

/**
 * The form of a token request that needs neither a callback nor a refresh token, without what the provider's entry adds.
 * @throws AuthError `config_invalid` for an assertion without a key
 */
export async function grantForm(context: Context, grant: OwnGrant | DeviceCodeGrant): Promise<TokenForm> {
  switch (grant.type) {
    case 'client_credentials':
      return { grant_type: 'client_credentials', ...targetParameters(context, grant) }
    case 'token_exchange': {
      const { subjectToken, subjectTokenType, actorToken, actorTokenType, requestedTokenType } = grant
      return {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: subjectToken,
        subject_token_type: subjectTokenType,
        ...(actorToken === undefined ? {} : { actor_token: actorToken }),
        ...(actorTokenType === undefined ? {} : { actor_token_type: actorTokenType }),
        ...(requestedTokenType === undefined ? {} : { requested_token_type: requestedTokenType }),
        ...targetParameters(context, grant),
      }
    }
    case 'device_code':
      return { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: grant.deviceCode }
    case 'jwt_bearer': {
      const { audience: _audience, ...target } = grant
      return {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: await jwtAssertion(context, grant),
        ...targetParameters(context, target),
      }
    }
  }
}

/** What changes the parameters of a token request, such as the hook of a provider's entry. */
export type PrepareForm = (form: Record<string, string>) => Record<string, string>

/** A form after `prepare`, which sees what stands once; parameters that are repeated pass it by. */
export function preparedGrant<Form extends Parameters>(form: Form, prepare: PrepareForm): Form {
  const entries = Object.entries(form)
  const single = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const repeated = entries.filter(([, value]) => typeof value !== 'string')
  // A hook gives parameters of the same request.
  return { ...prepare(Object.fromEntries(single)), ...Object.fromEntries(repeated) } as Form
}

/** What the answer to a grant is read with: a member that it leaves out is as it was, or as it was asked for (RFC 6749 sections 5.1, 6). */
export function expectedAnswer(grant: Grant): Pick<TokenResponseContext, 'previous' | 'requestedScope'> {
  switch (grant.type) {
    case 'authorization_code':
      return { requestedScope: grant.transaction.scope }
    case 'refresh_token': {
      const { tokens, target } = grant
      if (!target) return { previous: tokens }
      // Scopes of the account say nothing of another target.
      const { scope: _scope, ...previous } = tokens
      return { previous, requestedScope: target.scope }
    }
    default:
      return { requestedScope: grant.scope }
  }
}

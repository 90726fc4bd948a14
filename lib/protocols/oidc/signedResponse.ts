import { AuthError } from '../../base/errors.js'
import { asText, textsOf } from '../../base/json.js'
import { acceptedAlgorithms } from '../../endpoints/discovery/algorithms.js'
import { readPart } from '../../endpoints/discovery/jwtParts.js'
import { verifySignedJwt } from '../../endpoints/discovery/verifySignedJwt.js'
import type { Context } from '../../model/context.js'
import type { CallbackParameters } from '../../model/login.js'
import type { ResolvedProvider } from '../../model/provider.js'
import { checkStatement, invalidIdToken } from './idToken.js'

// JWT Secured Authorization Response Mode for OAuth 2.0 (JARM): the answer is one parameter, a JWT that the provider has signed.

/** Whether answers to an entry's requests are signed. */
export function isSigned({ responseMode }: ResolvedProvider): boolean {
  return responseMode?.endsWith('.jwt') === true
}

/** The state that a signed answer names, before anything of it was verified: it only says which login to look for. */
export function stateOfSigned({ response }: CallbackParameters): string | undefined {
  return asText(readPart(response?.split('.')[1] ?? '')?.['state'])
}

/**
 * The parameters of a signed answer, whose signature, audience and expiry hold (JARM section 2.4). The issuer among them is the caller's to
 * compare.
 *
 * @param listed algorithms that the provider signs its answers with
 * @throws AuthError `issuer_missing`; `bad_request` for any other check that fails; what fetching the keys throws
 */
export async function signedParameters(
  context: Context,
  { response = '' }: CallbackParameters,
  listed: unknown,
): Promise<CallbackParameters> {
  const { slug } = context
  try {
    const algorithms = acceptedAlgorithms({}, listed)
    const { payload } = await verifySignedJwt(context, response, { purpose: 'login', algorithms, what: 'answer' })
    const { iss, aud, exp, ...parameters } = payload
    if (typeof iss !== 'string')
      throw new AuthError('issuer_missing', "The provider's answer does not say who issued it.", { provider: slug })
    for (const [name, value] of Object.entries({ aud, exp })) if (value === undefined) throw invalidIdToken(slug, name)
    checkStatement(context, payload, iss)
    return { ...textsOf(parameters), iss }
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== 'idtoken_invalid') throw error
    throw new AuthError('bad_request', "The provider's signed answer did not pass its checks.", {
      provider: slug,
      reason: error.reason,
      cause: error,
    })
  }
}

import { AuthError } from '../../base/errors.js'
import { withParameters } from '../../base/parameters.js'
import { errorSource, providerCode } from '../../endpoints/errorSource.js'
import type { Context } from '../../model/context.js'
import type { CodeGrant } from '../../model/login.js'
import { denied } from '../authorizationResponse.js'
import { readClaimedId, requireAsked } from './claimedId.js'
import { defaultTolerance, invalid } from './invalid.js'
import { type Fields, hasMistakable, isPlainField, openid2Namespace, readFields } from './message.js'
import { timeOfNonce } from './nonce.js'

/** A positive answer whose form is right, and that answers the request of this login; not verified yet. */
export interface Assertion {
  fields: Fields
  /** Of the fields, those that the signature covers, in its order. */
  signed: Fields
  /** Normalised, with the fragment that tells one owner of the identifier from the next. */
  claimedId: string
  /** What the provider calls the user. */
  identity: string
  endpoint: string
  nonce: string
}

// OpenID Authentication 2.0 section 10.1; the identifiers where there are any, and here there always are.
const needed = ['op_endpoint', 'return_to', 'response_nonce', 'assoc_handle', 'claimed_id', 'identity'] as const

/**
 * All that can be said of an answer before anybody is asked about it (OpenID Authentication 2.0 sections 10 and 11).
 *
 * @throws AuthError `access_denied`, `provider_error`, `return_to_mismatch`; `assertion_invalid` with the field that is wrong as `reason`
 */
export function readAssertion(context: Context, grant: CodeGrant): Assertion {
  const { slug } = context
  const { parameters, transaction } = grant
  const fields = readFields(parameters)
  requirePositive(context, grant, fields)
  // 1.1 has no such field: an answer cannot be taken for one of the version that checks less.
  if (fields.get('ns') !== openid2Namespace) throw invalid(slug, 'ns')
  requireReturnTo(context, grant, fields)
  const wrong = [...fields].find(([name, value]) => !isPlainField(name, value))
  if (wrong) throw invalid(slug, 'fields')
  const endpoint = fields.get('op_endpoint')
  if (endpoint === undefined || endpoint !== transaction.own?.['endpoint']) throw invalid(slug, 'op_endpoint')
  const signed = signedFields(fields, slug)
  if (hasMistakable(fields, signed)) throw invalid(slug, 'fields')
  const [nonce = '', identity = ''] = [signed.get('response_nonce'), signed.get('identity')]
  requireFresh(context, nonce)
  const claimedId = readClaimedId(signed.get('claimed_id') ?? '')
  if (claimedId === undefined) throw invalid(slug, 'claimed_id')
  const assertion = { fields, signed, claimedId, identity, endpoint, nonce }
  requireAsked(context, transaction, assertion)
  return assertion
}

/** Section 10.2, and section 5.2.3 for errors. */
function requirePositive(context: Context, { parameters, transaction }: CodeGrant, fields: Fields): void {
  const { slug: provider } = context
  switch (fields.get('mode')) {
    case 'id_res':
      return
    case 'cancel':
      throw denied(provider, 'cancel')
    case 'setup_needed':
      throw new AuthError('provider_error', 'The provider would have to ask the user.', { provider, providerError: 'setup_needed' })
    case 'error': {
      const source = errorSource(context, [parameters['state'], transaction.own?.['macKey']])
      throw new AuthError('provider_error', 'The provider refused the sign-in.', {
        provider,
        providerError: providerCode(fields.get('error'), source),
      })
    }
    default:
      throw invalid(provider, 'mode')
  }
}

/** Section 11.1: the address that we gave, in full, which is also the one that the answer came to. */
function requireReturnTo(context: Context, { parameters }: CodeGrant, fields: Fields): void {
  const returnTo = fields.get('return_to')
  const isOurs = returnTo === returnAddress(context, parameters['state'] ?? '')
  if (isOurs && [...new URL(returnTo).searchParams].every(([name, value]) => parameters[name] === value)) return
  throw new AuthError('return_to_mismatch', "The provider's answer is for another address.", { provider: context.slug })
}

/** Where the answer to a login comes back to: OpenID 2.0 has no state of its own, so that it travels in this address. */
export function returnAddress({ redirectUri }: Pick<Context, 'redirectUri'>, state: string): string {
  return withParameters(redirectUri, { state })
}

function signedFields(fields: Fields, slug: string): Fields {
  const names = (fields.get('signed') ?? '').split(',')
  const signed = new Map(names.flatMap((name) => (fields.has(name) ? [[name, fields.get(name) ?? ''] as const] : [])))
  // One that is named twice, or not there, is no field that anybody could have signed.
  if (signed.size !== names.length || needed.some((name) => !signed.get(name))) throw invalid(slug, 'signed')
  if (!fields.get('sig')) throw invalid(slug, 'sig')
  return signed
}

/** Section 11.3: how old an answer may be decides how long its nonce is remembered. */
function requireFresh({ slug, provider, now }: Context, nonce: string): void {
  const time = timeOfNonce(nonce)
  if (time === undefined || Math.abs(now() / 1000 - time) > (provider.clockTolerance ?? defaultTolerance))
    throw invalid(slug, 'response_nonce')
}

import { createHmac } from 'node:crypto'
import { AuthError } from '../../base/errors.js'
import { equalInConstantTime } from '../../base/random.js'
import { tokenTimeoutFactor } from '../../http/http.js'
import type { Context } from '../../model/context.js'
import type { Transaction } from '../../model/login.js'
import type { Assertion } from './assertion.js'
import { forgetAssociation, hashes } from './associations/associations.js'
import { invalid } from './invalid.js'
import { keyValueForm, openid2Namespace } from './message.js'
import { directRequest } from './ways.js'

/**
 * Verifies the signature of an answer (OpenID Authentication 2.0 section 11.4): by the association of this login, else by asking the
 * provider that the login was started with.
 *
 * @throws AuthError `assertion_invalid`; `provider_timeout`, `provider_bad_response`
 */
export async function verifySignature(context: Context, { own = {} }: Transaction, assertion: Assertion): Promise<void> {
  const { handle, macKey = '', hash = '', until } = own
  const isAssociated = handle !== undefined && assertion.fields.get('assoc_handle') === handle && context.now() < Number(until)
  const hmac = isAssociated && macKey !== '' && hashes.has(hash)
  if (!hmac) return await askProvider(context, assertion)
  const expected = createHmac(hash, Buffer.from(macKey, 'base64')).update(keyValueForm(assertion.signed)).digest('base64')
  if (!equalInConstantTime(assertion.fields.get('sig'), expected)) throw invalid(context.slug, 'sig')
}

/** Section 11.4.2: exact copies of all fields, sent to the endpoint that was discovered, whatever the answer says. */
async function askProvider(context: Context, { fields, endpoint }: Assertion): Promise<void> {
  const { slug, outbound, provider } = context
  const question = new Map(fields).set('mode', 'check_authentication')
  const { status, answer } = await directRequest(context, endpoint, question, outbound.timeout * tokenTimeoutFactor)
  if (status >= 500) throw new AuthError('provider_bad_response', `The provider answered with HTTP ${String(status)}.`, { provider: slug })
  if (answer?.get('is_valid') !== 'true' || (answer.get('ns') ?? openid2Namespace) !== openid2Namespace) throw invalid(slug, 'sig')
  const doubted = answer.get('invalidate_handle')
  // An answer that came by the browser cannot do that alone.
  if (doubted !== undefined && doubted === fields.get('invalidate_handle')) forgetAssociation(provider, endpoint, doubted)
}

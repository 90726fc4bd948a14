import { asText, isObject, member } from '../../base/json.js'
import { readPart } from '../../endpoints/discovery/jwtParts.js'
import { verifySignedJwt } from '../../endpoints/discovery/verifySignedJwt.js'
import type { Context } from '../../model/context.js'
import type { RawProfile } from '../../model/profile.js'
import { checkStatement } from './idToken.js'

/** Sources of one profile that are read. */
const maxSources = 8

// What says whose statement it is, and of which login: never a matter of another source.
const notTheirs = new Set(['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'nonce', 'azp', 'acr', 'amr', 'auth_time', 'at_hash', 'c_hash'])

/**
 * Claims with those that other statements bring (OpenID Connect Core section 5.6.2). Aggregated ones are taken where the provider itself has
 * signed them; what others signed is left out, as their keys are not known here, and distributed ones are never fetched. Of the sources,
 * addresses are left: tokens and statements in them are not the application's to keep.
 *
 * @param issuer of the ID Token
 */
export async function withClaimSources(context: Context, claims: RawProfile, issuer: string | undefined): Promise<RawProfile> {
  const { _claim_names: names, _claim_sources: sources, ...own } = claims
  if (!isObject(names) || !isObject(sources)) return own
  const taken: RawProfile = { ...own }
  for (const [source, description] of Object.entries(sources).slice(0, maxSources)) {
    const statement = await readStatement(context, own, asText(member(description, 'JWT')), issuer)
    if (!statement) continue
    for (const name of Object.keys(names)) {
      if (names[name] !== source || notTheirs.has(name) || own[name] !== undefined || statement[name] === undefined) continue
      taken[name] = statement[name]
      // An address is vouched for by whoever names it.
      const voucher = vouchers[name]
      if (voucher !== undefined) taken[voucher] = statement[voucher]
    }
  }
  const addresses = Object.entries(sources).map(([source, description]) => [source, { endpoint: member(description, 'endpoint') }])
  return { ...taken, _claim_names: names, _claim_sources: Object.fromEntries(addresses) as unknown }
}

const vouchers: Readonly<Record<string, string>> = { email: 'email_verified', phone_number: 'phone_number_verified' }

/** The claims of a statement that the provider has signed about this user; `undefined` for any other. */
async function readStatement(
  context: Context,
  own: RawProfile,
  jwt: string | undefined,
  issuer: string | undefined,
): Promise<RawProfile | undefined> {
  // Of a foreign one the keys are not even looked for.
  if (jwt === undefined || readPart(jwt.split('.')[1] ?? '')?.['iss'] !== issuer) return undefined
  try {
    const { payload } = await verifySignedJwt(context, jwt, { purpose: 'login', what: 'aggregated claims' })
    checkStatement(context, payload, issuer)
    return payload['sub'] === undefined || payload['sub'] === own['sub'] ? payload : undefined
  } catch {
    return undefined
  }
}

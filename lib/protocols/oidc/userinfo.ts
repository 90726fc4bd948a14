import { asText, parseJson, utf8 } from '../../base/json.js'
import { acceptedAlgorithms } from '../../endpoints/discovery/algorithms.js'
import { decrypted, isEncrypted } from '../../endpoints/discovery/decrypt.js'
import { discoverMetadata } from '../../endpoints/discovery/discovery.js'
import { verifySignedJwt } from '../../endpoints/discovery/verifySignedJwt.js'
import type { Context } from '../../model/context.js'
import type { HttpResponse } from '../../model/http.js'
import type { RawProfile } from '../../model/profile.js'
import type { Protocol, TokenSet } from '../../model/protocol.js'
import { fetchProfile } from '../userinfo.js'
import { checkStatement, invalidIdToken } from './idToken.js'

const what = 'userinfo answer'

/**
 * The answer of the userinfo endpoint (OpenID Connect Core section 5.3), be it JSON, signed or encrypted; empty where there is none to ask.
 * @throws AuthError `idtoken_invalid` for one of somebody else, or one that is not the provider's; `provider_bad_response`
 */
export async function fetchUserinfo(context: Context, tokenSet: TokenSet, sign: Protocol['sign']): Promise<RawProfile> {
  const { provider, slug } = context
  const { tokens, claims = {} } = tokenSet
  if (provider.userinfo === false || !tokens) return {}
  const endpoint = provider.userinfoEndpoint ?? (await discoveredEndpoint(context))
  if (endpoint === undefined) return {}
  const profile = await fetchProfile(context, tokenSet, sign, {
    endpoint,
    read: (response) => readUserinfo(context, response, issuerOf(context, claims)),
  })
  // Without it an access token that was put in another's place would bring another person (section 5.3.2).
  if (typeof claims['sub'] !== 'string' || profile['sub'] !== claims['sub']) throw invalidIdToken(slug, 'userinfo sub')
  return profile
}

/** Who has issued the ID Token; of several tenants of one provider, the user's. */
export function issuerOf({ provider }: Context, claims: RawProfile = {}): string | undefined {
  return asText(claims['iss']) ?? provider.issuer
}

async function discoveredEndpoint(context: Context): Promise<string | undefined> {
  const { userinfo_endpoint: endpoint, mtls_endpoint_aliases: aliases } = await discoverMetadata(context)
  return (context.provider.clientAuth === 'tls' ? asText(aliases?.userinfo_endpoint) : undefined) ?? endpoint
}

async function readUserinfo(context: Context, { headers, body }: HttpResponse, issuer: string | undefined): Promise<unknown> {
  const text = utf8(body)
  if (headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== 'application/jwt') return parseJson(text)
  const token = text.trim()
  const opened = isEncrypted(token) ? await decrypted(context, token, what) : token
  // What is encrypted need not be signed: that the right server answered is what the connection proves (section 5.3.2).
  if (opened !== token && opened.startsWith('{')) return parseJson(opened)
  const { payload } = await verifySignedJwt(context, opened, { purpose: 'login', algorithms: await userinfoAlgorithms(context), what })
  checkStatement(context, payload, issuer)
  return payload
}

/** Those of ID Tokens, and those with public keys that the provider lists for userinfo. */
async function userinfoAlgorithms(context: Context): Promise<readonly string[]> {
  const { id_token_signing_alg_values_supported: ofIdTokens = [], userinfo_signing_alg_values_supported: listed } =
    await discoverMetadata(context)
  return [...ofIdTokens, ...acceptedAlgorithms({}, listed ?? [])]
}

import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import type { JwtBearerGrant } from '../../model/grants/grants.js'
import { signingKeys } from '../clientAuthentication.js'
import { loadOpenidClient } from '../openidClient.js'

/** Seconds for which an assertion is good: it is used at once. */
const lifetime = 300

/**
 * A JWT that asks for tokens (RFC 7523 section 3), signed with the entry's `privateKey`: new with each call, good for five minutes.
 * @throws AuthError `config_invalid` without a key
 */
export async function jwtAssertion(context: Context, { subject, audience, scope, claims }: JwtBearerGrant): Promise<string> {
  const { slug, client, provider, now } = context
  const { clientId, privateKey } = client
  if (privateKey === undefined)
    throw new AuthError('config_invalid', `providers.${slug}.privateKey is missing: the grant jwt_bearer signs with it.`, {
      provider: slug,
    })
  const openidClient = await loadOpenidClient()
  const keys = await signingKeys(client)
  const issuedAt = Math.floor(now() / 1000)
  const { scopeSeparator = ' ', issuer, tokenEndpoint } = provider
  const own = {
    ...claims,
    // Some providers read the scopes here, others in the form.
    ...(scope ? { scope: scope.join(scopeSeparator) } : {}),
    iss: clientId,
    ...(subject === false ? {} : { sub: subject ?? clientId }),
    aud: audience ?? issuer ?? tokenEndpoint,
    iat: issuedAt,
    exp: issuedAt + lifetime,
  }
  // The library makes such JWTs for client authentication (RFC 7523 section 2.2); this one says something else, for the grant.
  const sign = openidClient.PrivateKeyJwt(keys(undefined), {
    [openidClient.modifyAssertion]: (_header, payload) => {
      delete payload['sub']
      delete payload['nbf']
      Object.assign(payload, own)
    },
  })
  const form = new URLSearchParams()
  // It gives a promise, which its type keeps quiet about.
  await (sign({ issuer: own.aud ?? '' }, { client_id: clientId }, form, new Headers()) as unknown as Promise<void>)
  return form.get('client_assertion') ?? ''
}

/**
 * The context that a grant is made in: an assertion speaks for itself, and a client that has nothing else to prove itself with does not
 * name itself beside it (RFC 7521 section 4.1).
 */
export function grantContext(context: Context, { type }: { type: string }): Context {
  const { provider, client } = context
  const { clientAuth = 'none' } = provider
  if (type !== 'jwt_bearer' || clientAuth !== 'none' || client.clientSecret !== undefined) return context
  return { ...context, provider: { ...provider, clientAuth: () => undefined } }
}

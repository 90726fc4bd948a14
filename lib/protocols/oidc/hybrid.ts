import type { Configuration } from 'openid-client'
import { isObject, readJson } from '../../base/json.js'
import type { OpenidClient } from '../../endpoints/openidClient.js'
import type { Context } from '../../model/context.js'
import type { CallbackParameters } from '../../model/login.js'
import type { RawProfile } from '../../model/profile.js'
import { invalidIdToken } from './idToken.js'

/** Whether an ID Token comes with the code already (OpenID Connect Core section 3.3). */
export function isHybrid({ provider }: Pick<Context, 'provider'>): boolean {
  return provider.responseType === 'code id_token'
}

/**
 * A callback of the hybrid flow as the library verifies it: the ID Token in it, with its signature, nonce and `c_hash`, before the code is
 * redeemed (OpenID Connect Core section 3.3.2.12).
 *
 * @param callbackUrl with the parameters of the code flow
 */
export function hybridCallback(
  openidClient: OpenidClient,
  configuration: Configuration,
  callbackUrl: URL,
  { id_token: idToken = '' }: CallbackParameters,
): URL {
  openidClient.useCodeIdTokenResponseType(configuration)
  const url = new URL(callbackUrl)
  url.hash = new URLSearchParams([...url.searchParams, ['id_token', idToken]]).toString()
  url.search = ''
  return url
}

/**
 * The two ID Tokens of a hybrid login speak of the same user, by the same issuer (OpenID Connect Core section 3.3.3.6).
 *
 * @param parameters of a callback that has been verified
 * @param claims of the ID Token that the code gave
 * @throws AuthError `idtoken_invalid`
 */
export function checkBothIdTokens(
  { provider, slug }: Context,
  { id_token: idToken = '' }: CallbackParameters,
  claims: RawProfile | undefined,
): void {
  const [header, payload] = idToken.split('.').map((part) => readJson(Buffer.from(part, 'base64url').toString()))
  if (!isObject(header) || !isObject(payload)) throw invalidIdToken(slug, 'token')
  if (provider.idTokenAlgs && !provider.idTokenAlgs.includes(String(header['alg']))) throw invalidIdToken(slug, 'algorithm')
  for (const name of ['iss', 'sub']) if (payload[name] !== claims?.[name]) throw invalidIdToken(slug, `${name} of both`)
}

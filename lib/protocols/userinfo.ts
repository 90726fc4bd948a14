import { AuthError } from '../errors.js'
import { isObject, parseJson, utf8 } from '../json.js'
import type { ApiRequest, Context, Protocol, RawProfile, Tokens } from '../types.js'
import { withParameters } from './authorizationRequest.js'

/**
 * Fetches the person's profile with signed requests, and what else the provider's entry says belongs to it.
 * @throws AuthError `provider_bad_response` when the profile is not a JSON object
 */
export async function fetchProfile(context: Context, tokens: Tokens, sign: Protocol['sign']): Promise<RawProfile> {
  const { provider, slug } = context
  const address = withParameters(provider.userinfoEndpoint ?? '', provider.userinfoQuery ?? {})
  const raw = await getJson(context, tokens, sign, address)
  if (!isObject(raw)) throw new AuthError('provider_bad_response', 'The provider\'s profile answer could not be used.', { provider: slug })
  for (const [name, extra] of Object.entries(provider.extraRequests ?? {})) {
    // A person or an application may have withheld the scope for it; the sign-in goes on without.
    const value = await getJson(context, tokens, sign, extra).catch(() => undefined)
    if (value !== undefined) raw[name] = value
  }
  return raw
}

async function getJson(context: Context, tokens: Tokens, sign: Protocol['sign'], url: string): Promise<unknown> {
  const { http, provider, client, slug } = context
  const request: ApiRequest = { method: 'GET', url, headers: { accept: 'application/json', ...provider.apiHeaders } }
  const signed = sign(context, tokens, provider.hooks?.apiRequest?.(request, tokens, client) ?? request)
  const { status, body } = await http(signed)
  if (status !== 200) throw new AuthError('provider_bad_response', `The provider answered the profile request with HTTP ${String(status)}.`, { provider: slug })
  try {
    return parseJson(utf8(body))
  } catch (cause) {
    throw new AuthError('provider_bad_response', 'The provider\'s profile answer is not JSON.', { provider: slug, cause })
  }
}


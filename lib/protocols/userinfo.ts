import { AuthError } from '../base/errors.js'
import { isObject, parseJson, utf8 } from '../base/json.js'
import { withParameters } from '../base/parameters.js'
import { usableAddress } from '../http/metadataAddresses.js'
import type { Context } from '../model/context.js'
import type { HttpResponse } from '../model/http.js'
import type { Grant } from '../model/login.js'
import type { RawProfile } from '../model/profile.js'
import type { Protocol, TokenSet } from '../model/protocol.js'
import type { ApiRequest, LoginFacts, RequestParameters, ResolvedProvider } from '../model/provider.js'
import type { Tokens } from '../model/tokens.js'
import { sendSigned } from './sendSigned.js'

/** What requests are signed with, and hooks are given, where a provider only says who somebody is. */
export const noTokens: Readonly<Tokens> = Object.freeze({ accessToken: '', tokenType: '' })

/** Of a callback, the parameters that the provider's entry names for its hooks. */
export function callbackFacts({ callbackParameters = [] }: ResolvedProvider, grant: Grant): Record<string, string> {
  if (grant.type !== 'authorization_code') return {}
  const known = callbackParameters.map((name) => [name, grant.parameters[name]] as const)
  return Object.fromEntries(known.filter((entry): entry is readonly [string, string] => entry[1] !== undefined))
}

/** What hooks may know of a login. */
export function loginFacts({ client }: Pick<Context, 'client'>, { response, callback = {} }: TokenSet): LoginFacts {
  return { client, response, callback }
}

/** Where a profile is, and how its answer is read, where the protocol knows better than the entry. */
export interface ProfileSource {
  endpoint: string
  /** Reads an answer of status 200; what it throws that is no `AuthError` means that it is not JSON. */
  read: (response: HttpResponse) => Promise<unknown>
}

/**
 * Fetches the person's profile with signed requests, and what else the provider's entry says belongs to it. A provider without an
 * endpoint for it, or without tokens to ask it with, describes the person in its answer.
 *
 * @throws AuthError `provider_bad_response` when the profile is not a JSON object
 */
export async function fetchProfile(
  context: Context,
  tokenSet: TokenSet,
  sign: Protocol['sign'],
  source?: ProfileSource,
): Promise<RawProfile> {
  const { provider, slug } = context
  const { tokens, response } = tokenSet
  const facts = loginFacts(context, tokenSet)
  if (!tokens) return { ...response }
  const endpoint = source?.endpoint ?? provider.userinfoEndpoint
  const raw =
    endpoint === undefined
      ? withoutTokens(response, tokens)
      : await getJson(context, tokens, sign, userinfoRequest(provider, endpoint, facts), source?.read)
  if (!isObject(raw)) throw new AuthError('provider_bad_response', "The provider's profile answer could not be used.", { provider: slug })
  for (const [name, extra] of Object.entries(provider.extraRequests ?? {})) {
    // A person or an application may have withheld the scope for it; the sign-in goes on without.
    const value = await extraRequest(context, tokens, sign, () =>
      typeof extra === 'function' ? checkedAddress(context, extra(raw, facts)) : extra,
    )
    if (value !== undefined) raw[name] = value
  }
  return raw
}

function userinfoRequest(
  { userinfoMethod, userinfoQuery, userinfoForm, userinfoJson }: ResolvedProvider,
  endpoint: string,
  facts: LoginFacts,
): ApiRequest {
  const url = withParameters(endpoint, made(userinfoQuery, facts))
  if (userinfoJson) return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(userinfoJson) }
  if (userinfoForm) {
    const body = new URLSearchParams(made(userinfoForm, facts)).toString()
    return { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }
  }
  return { method: userinfoMethod ?? 'GET', url, headers: {} }
}

function made(parameters: RequestParameters | undefined, facts: LoginFacts): Record<string, string> {
  return typeof parameters === 'function' ? parameters(facts) : (parameters ?? {})
}

/** An address that was made of the profile: the access token goes there, and what is in a profile is not the developer's. */
function checkedAddress({ provider, outbound, slug }: Context, address: string): string {
  const { issuer, tokenEndpoint, accessTokenEndpoint, userinfoEndpoint, apiBaseUrl } = provider
  if (usableAddress([issuer, tokenEndpoint, accessTokenEndpoint, userinfoEndpoint, apiBaseUrl], outbound)(address)) return address
  throw new AuthError('provider_bad_response', "The provider's profile names an address that may not be used.", { provider: slug })
}

async function extraRequest(context: Context, tokens: Tokens, sign: Protocol['sign'], address: () => string): Promise<unknown> {
  try {
    return await getJson(context, tokens, sign, { method: 'GET', url: address(), headers: {} })
  } catch {
    return undefined
  }
}

async function getJson(
  context: Context,
  tokens: Tokens,
  sign: Protocol['sign'],
  asked: ApiRequest,
  read?: ProfileSource['read'],
): Promise<unknown> {
  const { provider, client, slug } = context
  const accept = read ? 'application/json, application/jwt' : 'application/json'
  const request: ApiRequest = { ...asked, headers: { accept, ...provider.apiHeaders, ...asked.headers } }
  const response = await sendSigned(context, tokens, sign, provider.hooks?.apiRequest?.(request, tokens, client) ?? request)
  if (response.status !== 200)
    throw new AuthError('provider_bad_response', `The provider answered the profile request with HTTP ${String(response.status)}.`, {
      provider: slug,
    })
  try {
    return read ? await read(response) : parseJson(utf8(response.body))
  } catch (cause) {
    if (cause instanceof AuthError) throw cause
    throw new AuthError('provider_bad_response', "The provider's profile answer is not JSON.", { provider: slug, cause })
  }
}

/** A token answer as a profile: whatever its tokens are called, and however deep they stand, they are not in it. */
function withoutTokens(response: Record<string, unknown>, tokens: Tokens): RawProfile {
  const secrets = new Set([tokens.accessToken, tokens.refreshToken, tokens.idToken, tokens.tokenSecret].filter((secret) => secret !== ''))
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip)
    if (!isObject(value)) return value
    const kept = Object.entries(value).filter(([, member]) => typeof member !== 'string' || !secrets.has(member))
    return Object.fromEntries(kept.map(([name, member]) => [name, strip(member)]))
  }
  return strip(response) as RawProfile
}

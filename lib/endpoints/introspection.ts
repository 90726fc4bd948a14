import { AuthError } from '../base/errors.js'
import { asText, isObject } from '../base/json.js'
import type { Context } from '../model/context.js'
import { clientCaller } from './clientCall.js'

export interface IntrospectionOptions {
  /** What kind of token it is, which helps the server to find it. */
  tokenTypeHint?: 'access_token' | 'refresh_token'
}

/** What a server says of a token (RFC 7662 section 2.2). Of a token that is not active, nothing else is taken. */
export interface Introspection {
  active: boolean
  /** Scopes, separated by spaces. */
  scope?: string
  clientId?: string
  username?: string
  tokenType?: string
  /** Seconds since 1970. */
  expiresAt?: number
  /** Seconds since 1970. */
  issuedAt?: number
  /** Seconds since 1970. */
  notBefore?: number
  subject?: string
  audience?: string | string[]
  issuer?: string
  /** The answer as it came. */
  raw: Record<string, unknown>
}

/**
 * Asks the provider what a token is worth (RFC 7662), authenticated as at the token endpoint.
 *
 * @param token an access token or a refresh token, the application's own or one that a caller brought
 * @throws AuthError `config_invalid` where the provider has no introspection endpoint; `bad_request` for an empty token;
 * `provider_error`, `provider_bad_response`, `provider_timeout`, and what discovery throws
 */
export async function introspect(context: Context, token: string, { tokenTypeHint }: IntrospectionOptions = {}): Promise<Introspection> {
  const { slug } = context
  if (token === '') throw new AuthError('bad_request', 'There is no token to introspect.', { provider: slug })
  const caller = await clientCaller(context, 'introspection', 'tell of the token')
  if (!caller)
    throw new AuthError('config_invalid', `providers.${slug}.introspectionEndpoint is missing: the provider's own data names none.`, {
      provider: slug,
    })
  const { answer, parsed } = await caller((openidClient, configuration) =>
    openidClient.tokenIntrospection(configuration, token, tokenTypeHint === undefined ? {} : { token_type_hint: tokenTypeHint }),
  )
  // As parsed by us, ids of more than 15 digits are whole.
  const raw = isObject(parsed) ? parsed : { ...answer }
  return answer.active ? described(raw) : { active: false, raw }
}

function described(raw: Record<string, unknown>): Introspection {
  const audience = raw['aud']
  const members = {
    scope: asText(raw['scope']),
    clientId: asText(raw['client_id']),
    username: asText(raw['username']),
    tokenType: asText(raw['token_type']),
    expiresAt: seconds(raw['exp']),
    issuedAt: seconds(raw['iat']),
    notBefore: seconds(raw['nbf']),
    subject: asText(raw['sub']),
    audience: Array.isArray(audience) ? audience.filter((member) => typeof member === 'string') : asText(audience),
    issuer: asText(raw['iss']),
  }
  const known = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Introspection>
  return { ...known, active: true, raw }
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? Math.floor(value) : undefined
}

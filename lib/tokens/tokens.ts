import { AuthError } from '../base/errors.js'
import { asText, isObject, textsOf } from '../base/json.js'
import type { Tokens } from '../model/tokens.js'

// A lifetime beyond this is a mistake of the provider's (milliseconds for seconds, a date for a lifetime).
const maxLifetime = 10 * 365 * 24 * 3600

export interface TokenResponseContext {
  /** Milliseconds since 1970, when the answer came. */
  now: number
  /** Assumed where `token_type` is left out. */
  defaultTokenType?: string | undefined
  /** The tokens that are being refreshed: what the answer leaves out is kept (RFC 6749 section 6). */
  previous?: Tokens | undefined
  /** What was asked for: granted as asked when the answer does not say (RFC 6749 section 5.1). */
  requestedScope?: readonly string[] | undefined
  /** The key that the tokens had to be bound to; bearer tokens are expected without one. */
  dpopKey?: string | undefined
}

/**
 * Reads the answer of a token endpoint (RFC 6749 section 5.1).
 *
 * @param response the parsed answer
 * @throws AuthError `provider_bad_response` when it holds no usable access token, or one that is not bound to the key
 */
export function readTokenResponse(
  response: Record<string, unknown>,
  { now, defaultTokenType, previous, requestedScope, dpopKey }: TokenResponseContext,
): Tokens {
  const accessToken = response['access_token']
  if (typeof accessToken !== 'string' || accessToken === '') throw badResponse("The provider's token answer holds no access_token.")
  const tokenType = response['token_type'] ?? defaultTokenType
  if (typeof tokenType !== 'string') {
    throw badResponse(
      "The provider's token answer holds no token_type. If its access tokens are bearer tokens, give the entry a "
        + "tokenResponse hook that adds token_type: 'Bearer'.",
    )
  }
  checkTokenType(tokenType, dpopKey)

  const issuedAt = Math.floor(now / 1000)
  const lifetime = readLifetime(response['expires_in'])
  const refreshToken = filledText(response['refresh_token']) ?? previous?.refreshToken
  const idToken = filledText(response['id_token']) ?? previous?.idToken
  const scope = readScope(response['scope']) ?? previous?.scope ?? requestedScope?.join(' ')
  const details = readDetails(response['authorization_details']) ?? previous?.authorizationDetails
  return {
    accessToken,
    tokenType: dpopKey === undefined ? 'Bearer' : 'DPoP',
    issuedAt,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(dpopKey === undefined ? {} : { dpopKey }),
    ...(idToken === undefined ? {} : { idToken }),
    ...(scope === undefined ? {} : { scope }),
    ...(details === undefined ? {} : { authorizationDetails: details }),
    ...(lifetime === undefined ? {} : { expiresAt: issuedAt + lifetime }),
  }
}

/** RFC 9449 section 5: an answer with bearer tokens is discarded where the binding was asked for (docs/decisions/dpop.md). */
function checkTokenType(tokenType: string, dpopKey: string | undefined): void {
  const type = tokenType.toLowerCase()
  if (type === (dpopKey === undefined ? 'bearer' : 'dpop')) return
  if (dpopKey !== undefined) {
    throw badResponse(
      'The provider\'s access token is not bound to a key, although the entry says dpop: true; expected the type "DPoP". '
        + 'If this provider does not support DPoP, leave dpop out.',
    )
  }
  const cure = type === 'dpop' ? ' The provider binds its tokens to a key: set dpop: true in the entry.' : ''
  throw badResponse(`The provider's access token is of a type that is not supported; expected "Bearer".${cure}`)
}

/**
 * Whether the access token has ended, or is about to.
 * @param leeway seconds before the end that count as ended
 * @param now seconds since 1970
 * @returns `undefined` when the provider named no end: such a token counts as valid
 */
export function isExpired(tokens: Pick<Tokens, 'expiresAt'>, now: number, leeway = 60): boolean | undefined {
  return tokens.expiresAt === undefined ? undefined : tokens.expiresAt - leeway < now
}

const optionalTexts = ['tokenSecret', 'refreshToken', 'dpopKey', 'idToken', 'scope'] as const
const optionalTimes = ['issuedAt', 'expiresAt'] as const

/**
 * Tokens from where they were kept, which may be another version's or the application's own table: known members of the right kind
 * are taken, everything else is left.
 * @returns `undefined` where there is no access token
 */
export function readTokens(value: unknown): Tokens | undefined {
  if (!isObject(value) || !Object.hasOwn(value, 'accessToken')) return undefined
  const accessToken = filledText(value['accessToken'])
  if (accessToken === undefined) return undefined
  const facts = textsOf(value['facts'])
  const details = readDetails(value['authorizationDetails'])
  const byResource = isObject(value['byResource']) ? readResourceTokens(value['byResource']) : undefined
  return {
    accessToken,
    tokenType: filledText(value['tokenType']) ?? 'Bearer',
    ...Object.fromEntries(optionalTexts.filter((name) => typeof value[name] === 'string').map((name) => [name, value[name]])),
    ...Object.fromEntries(optionalTimes.filter((name) => Number.isFinite(value[name])).map((name) => [name, value[name]])),
    ...(value['reauthRequired'] === true ? { reauthRequired: true as const } : {}),
    ...(facts ? { facts } : {}),
    ...(details ? { authorizationDetails: details } : {}),
    ...(byResource ? { byResource } : {}),
  }
}

function readResourceTokens(value: Record<string, unknown>): Tokens['byResource'] {
  const read = Object.entries(value).flatMap(([key, token]) => {
    const { accessToken, tokenType, scope, issuedAt, expiresAt } = readTokens(token) ?? {}
    if (accessToken === undefined || tokenType === undefined) return []
    const known = Object.entries({ scope, issuedAt, expiresAt }).filter(([, member]) => member !== undefined)
    return [[key, { accessToken, tokenType, ...Object.fromEntries(known) }] as const]
  })
  return Object.fromEntries(read)
}

/** Seconds of life, from a number or its text; anything else counts as not said. */
function readLifetime(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0 || seconds > maxLifetime) return undefined
  return Math.floor(seconds)
}

/** Scopes as text separated by spaces; lists and commas occur. An empty text is an answer too: nothing was granted. */
function readScope(value: unknown): string | undefined {
  const list = Array.isArray(value)
    ? value.filter((item) => typeof item === 'string')
    : typeof value === 'string'
      ? value.split(/[\s,]+/)
      : undefined
  return list?.filter(Boolean).join(' ')
}

/** What was granted in detail: a list of objects (RFC 9396 section 2); anything else counts as not said. */
function readDetails(value: unknown): Tokens['authorizationDetails'] {
  return Array.isArray(value) && value.every(isObject) ? value : undefined
}

/** Text that says something: a token without characters is none. */
function filledText(value: unknown): string | undefined {
  return value === '' ? undefined : asText(value)
}

function badResponse(message: string): AuthError {
  return new AuthError('provider_bad_response', message)
}

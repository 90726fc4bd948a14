import { AuthError } from './errors.js'
import { loadProtocol } from './protocols/index.js'
import { sha256 } from './random.js'
import type { Context, Tokens } from './types.js'

/** Milliseconds for which a finished refresh answers those who still hold the old tokens: requests of one browser overlap. */
const remembered = 60_000
/** Rotations kept at most; the oldest go first. */
const mostRemembered = 10_000
/** Seconds before the end at which a token is renewed at the latest. */
const margin = 60

// By a digest of the refresh token: whoever holds the same one shares one refresh.
const underWay = new Map<string, Promise<Tokens>>()
const finished = new Map<string, { tokens: Tokens; until: number }>()

/**
 * Whether a token should be renewed before it is used: after 80 % of its life, at the latest 60 seconds before its end.
 * @param now milliseconds since 1970
 */
export function isDue({ expiresAt, issuedAt, refreshToken }: Tokens, now: number): boolean {
  if (expiresAt === undefined || refreshToken === undefined) return false
  const life = Math.max(expiresAt - (issuedAt ?? expiresAt), 0)
  // A token that lives for a minute or less would otherwise be due from the start.
  const ahead = life === 0 ? margin : Math.min(Math.max(life * 0.2, margin), life * 0.5)
  return now / 1000 >= expiresAt - ahead
}

/**
 * Renews tokens once, however many ask at the same time (RFC 6749 section 6).
 *
 * @returns the new tokens; the old refresh token is kept when none is sent
 * @throws AuthError `reauth_required` when the provider refuses the refresh token; `provider_timeout` and `provider_bad_response`
 * leave the old tokens as they are
 */
export function refresh(context: Context, tokens: Tokens): Promise<Tokens> {
  if (tokens.refreshToken === undefined) {
    return Promise.reject(new AuthError('reauth_required', 'The access cannot be renewed; sign in again.', { provider: context.slug }))
  }
  const key = sha256(JSON.stringify([context.slug, tokens.refreshToken]))
  const done = finished.get(key)
  if (done && done.until > context.now() && done.tokens.accessToken !== tokens.accessToken) return Promise.resolve(done.tokens)

  let running = underWay.get(key)
  if (!running) {
    running = exchange(context, tokens)
      .then((renewed) => {
        remember(key, renewed, context.now())
        return renewed
      })
      .finally(() => underWay.delete(key))
    underWay.set(key, running)
  }
  return running
}

async function exchange(context: Context, tokens: Tokens): Promise<Tokens> {
  const protocol = await loadProtocol(context.provider.protocol)
  try {
    return (await protocol.exchange(context, { type: 'refresh_token', tokens })).tokens
  } catch (error) {
    if (error instanceof AuthError && error.code === 'provider_error') {
      throw new AuthError('reauth_required', 'The provider ended the access; sign in again.', { provider: context.slug, cause: error, providerError: error.providerError })
    }
    throw error
  }
}

function remember(key: string, tokens: Tokens, now: number): void {
  for (const [old, { until }] of finished) {
    if (until > now && finished.size < mostRemembered) break
    finished.delete(old)
  }
  finished.set(key, { tokens, until: now + remembered })
}

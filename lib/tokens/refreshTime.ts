import { createHash } from 'node:crypto'
import type { Tokens } from '../model/tokens.js'

/** Part of its life after which a token is refreshed, before jitter. */
const partOfLife = 0.8
/** Part of that moment by which it is moved to and fro, so that tokens of one hour are not all refreshed in one second. */
const jitter = 0.1
/** Seconds before the end at which a token is refreshed at the latest. */
const margin = 60

/**
 * Whether a token should be refreshed before it is used: after 80 % of its life, earlier or later by up to a tenth of that, and at the
 * latest 60 seconds before its end. The moment of one token is always the same.
 * @param now milliseconds since 1970
 */
export function shouldRefresh({ accessToken, expiresAt, issuedAt }: Tokens, now: number): boolean {
  if (expiresAt === undefined) return false
  const seconds = now / 1000
  const life = Math.max(expiresAt - (issuedAt ?? expiresAt), 0)
  if (life === 0) return seconds >= expiresAt - margin
  // A token that lives for a minute or less would otherwise be due from the start.
  const latest = expiresAt - Math.min(margin, life / 2)
  if (seconds >= latest) return true
  const planned = expiresAt - life * (1 - partOfLife)
  const spread = life * partOfLife * jitter
  if (seconds < planned - spread) return false
  return seconds >= planned + spread || seconds >= planned + spread * direction(accessToken)
}

/** A number between -1 and 1 that belongs to a token. */
function direction(accessToken: string): number {
  return createHash('sha256').update(accessToken).digest().readInt32BE(0) / 2 ** 31
}

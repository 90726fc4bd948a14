import type { Settings } from '../../lib/config/settings.js'
import type { SessionRecord } from './sessionRecord.js'

/** Seconds after which a session that ends with the browser ends even in one that is never closed. */
const maxBrowserSession = 30 * 24 * 3600

type Rules = Pick<Settings, 'expiry' | 'remember'>

/** Seconds for which a login is remembered beyond the browser's session; `undefined` for one that ends with the browser. */
export function rememberedFor({ remember }: Rules, asked: boolean | undefined): number | undefined {
  if (remember === false) return undefined
  if (typeof remember === 'number') return asked === false ? undefined : remember
  return asked === true ? remember.ifAsked : undefined
}

/**
 * Whether a session has ended by itself: it was not used for too long, or its login is too long ago.
 * @param now milliseconds since 1970
 */
export function hasEnded({ createdAt, seenAt = createdAt, expiresAt }: SessionRecord, { expiry }: Rules, now: number): boolean {
  const { idle, absolute = expiresAt === undefined ? maxBrowserSession : false } = expiry
  return (
    (expiresAt !== undefined && expiresAt <= now)
    || (absolute !== false && createdAt + absolute * 1000 <= now)
    || (idle !== false && seenAt + idle * 1000 <= now)
  )
}

/** Part of a time after which its session is written again: often enough, and not for every request. */
const step = 0.1

/**
 * The record after another request: with the time at which it was seen, where that matters and has not been written for a while.
 * @returns the same record when there is nothing to write
 */
export function seen(record: SessionRecord, { expiry, remember }: Rules, now: number): SessionRecord {
  const { createdAt, seenAt = createdAt, expiresAt, rememberedFor: lifetime } = record
  const rolls = expiry.rolling && remember !== false && expiresAt !== undefined && lifetime !== undefined
  const shortest = Math.min(expiry.idle === false ? Infinity : expiry.idle, rolls ? lifetime : Infinity)
  if (shortest === Infinity || now - seenAt < shortest * 1000 * step) return record
  return { ...record, seenAt: now, ...(rolls ? { expiresAt: now + lifetime * 1000 } : {}) }
}

/** Seconds that anything which belongs to a session has to be kept for at most, where there is an end. */
export function maxLife({ expiry: { absolute }, remember }: Rules): number | undefined {
  if (typeof absolute === 'number') return absolute
  if (absolute === false) return undefined
  return Math.max(maxBrowserSession, remember === false ? 0 : typeof remember === 'number' ? remember : remember.ifAsked)
}

/** Seconds that tokens are kept after they were last written or used, where sessions have no end. */
const keptFor = 90 * 24 * 3600

/** Seconds that a store keeps the record of a session's tokens: a day longer than the session itself. */
export function recordLifetime({ settings }: { settings: Rules }): number {
  return (maxLife(settings) ?? keptFor) + 24 * 3600
}

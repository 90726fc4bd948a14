import { AuthError } from '../../lib/base/errors.js'
import { maxSealed } from '../../lib/base/seal.js'
import { withoutTargets } from '../../lib/tokens/targets.js'
import type { Engine } from '../core/engine.js'
import type { SessionRecord } from '../core/sessionRecord.js'

/** Seals what a session remembers, under the name of where it is kept. */
export type SealSession = (recordName: string, record: SessionRecord) => string

const tooLarge = {
  maxBytes: maxSealed,
  trimmed: 'the raw profile is too large for a session',
  refused: 'This sign-in is too large to be kept in a session.',
}

/** Where sessions are kept: how many bytes there is room for, and what is said when it is not enough. */
const homes = {
  /** Compressed it would be shorter; but who counts bytes on the wire learns from a compressed text what it repeats. */
  cookies: {
    compressed: false,
    // Sealed, with the names of two cookies, they take at most 7,000 bytes of each request's header.
    maxBytes: 5_130,
    trimmed: 'the raw profile does not fit into cookies; a session store would keep it',
    refused:
      'This sign-in does not fit into cookies. The application needs a store for it: set the option tokenStore, or session: { store }.',
  },
  /** Sessions of the application's, which may be cookies too. */
  session: { compressed: false, ...tooLarge },
  /** Compressed, because express-session parses, writes and hashes it with every request. */
  store: { compressed: true, ...tooLarge },
}

const resourcesTrimmed = 'access tokens for other resources do not fit, and are asked for again; the option tokenStore would keep them'

/**
 * Seals without where earlier logins led, then without access tokens for other resources, and then without the provider's raw profile,
 * where there is no room for them.
 * @throws AuthError `too_large` when there is no room for the rest either
 */
export function sealSession({ sealer, log }: Engine, home: keyof typeof homes, recordName: string, record: SessionRecord): string {
  const { compressed, maxBytes, trimmed, refused } = homes[home]
  const sealed = (candidate: SessionRecord): string | undefined => {
    const json = JSON.stringify(candidate)
    return Buffer.byteLength(json) <= maxBytes ? sealer.seal('session', recordName, candidate, { compressed, json }) : undefined
  }
  const whole = sealed(record)
  if (whole !== undefined) return whole
  const recent = { ...record, finished: record.finished.slice(-1) }
  const shorter = sealed(recent)
  if (shorter !== undefined) return shorter
  const plain = withoutResources(recent)
  if (plain !== recent) log('warn', { event: 'session_trimmed', reason: resourcesTrimmed })
  const withRaw = plain === recent ? undefined : sealed(plain)
  if (withRaw !== undefined) return withRaw
  const last = sealed(withoutRaw(plain))
  if (last === undefined) throw new AuthError('too_large', refused)
  log('warn', { event: 'session_trimmed', reason: trimmed })
  return last
}

/**
 * Refuses where cookies have no room for one more account as large as the largest that is there.
 * @throws AuthError `too_large`, with what to configure
 */
export function requireRoomInCookies(record: SessionRecord): void {
  const small = withoutRaw(withoutResources(record))
  const { accounts } = small
  const sizes = Object.values(accounts).map((account) => Buffer.byteLength(JSON.stringify(account)))
  const needed = Buffer.byteLength(JSON.stringify({ ...small, finished: [] })) + Math.max(...sizes)
  if (needed > homes.cookies.maxBytes) {
    throw new AuthError(
      'too_large',
      'Another account does not fit into the cookies of this session. The application needs a store: set the option tokenStore, or session: { store }.',
    )
  }
}

function withoutRaw(record: SessionRecord): SessionRecord {
  return {
    ...record,
    accounts: Object.fromEntries(
      Object.entries(record.accounts).map(([key, account]) => [key, { ...account, user: { ...account.user, raw: {} } }]),
    ),
  }
}

function withoutResources(record: SessionRecord): SessionRecord {
  const accounts = Object.entries(record.accounts)
  if (!accounts.some(([, { tokens }]) => tokens?.byResource)) return record
  return {
    ...record,
    accounts: Object.fromEntries(
      accounts.map(([key, account]) => [key, account.tokens ? { ...account, tokens: withoutTargets(account.tokens) } : account]),
    ),
  }
}

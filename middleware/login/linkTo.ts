import { sha256 } from '../../lib/base/random.js'
import type { Transaction } from '../../lib/model/login.js'
import type { SessionRecord } from '../core/sessionRecord.js'

/** Stands for the session that an account is to be added to, and its user: both stay the same while that user signs in again, or adds others. */
export function linkDigest({ loginKey, createdAt, begunAt = createdAt }: SessionRecord): string {
  return sha256(`${loginKey} ${String(begunAt)}`).slice(0, 22)
}

/** Whether a login may be added to this session: it was begun in it, for its user (rule R2). */
export function isLinkTo({ linkTo }: Transaction, record: SessionRecord | undefined): boolean {
  return record !== undefined && linkTo === linkDigest(record)
}

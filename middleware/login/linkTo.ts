import { sha256 } from '../../lib/base/random.js'
import type { Transaction } from '../../lib/model/login.js'
import type { SessionRecord } from '../core/sessionRecord.js'

/** Parameter of a login that says that a signed-in user adds the account instead of signing in with it. */
export const linkMarker = 'link'

/** Stands for whose session an account is to be added to. */
export function linkDigest({ loginKey }: SessionRecord): string {
  return sha256(loginKey).slice(0, 22)
}

/** Whether a login may be added to this session: it was begun for its user. */
export function isLinkTo({ linkTo }: Transaction, record: SessionRecord | undefined): boolean {
  return record !== undefined && linkTo === linkDigest(record)
}

import { sha256 } from '../../lib/base/random.js'
import type { Engine } from '../core/engine.js'
import type { SessionRecord } from '../core/sessionRecord.js'

/**
 * Marks of ended sessions in the token store, for applications that keep tokens in a table of their own: no record of the session's
 * tokens is there whose absence would tell other processes of a sign-out (rule R13).
 */
export async function markEnded(engine: Engine, { salt }: SessionRecord): Promise<void> {
  if (needsMarks(engine)) await engine.records?.('ended').change(sha256(salt), () => true)
}

/** @throws AuthError `store_unavailable` when it cannot be known */
export async function isMarkedEnded(engine: Engine, { salt }: SessionRecord): Promise<boolean> {
  return (await engine.records?.('ended').read(sha256(salt))) === true
}

export function needsMarks({ settings: { fetchToken }, records }: Engine): boolean {
  return fetchToken !== undefined && records !== undefined
}

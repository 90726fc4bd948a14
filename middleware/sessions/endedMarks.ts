import { sha256 } from '../../lib/base/random.js'
import { callStore } from '../../lib/stores/callStore.js'
import { sessionMark } from '../core/endedSessions.js'
import type { Engine } from '../core/engine.js'
import { presentRecord, type RequestContext } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { tokenRecordAt } from '../tokens/records.js'

/**
 * Marks of ended sessions in the token store, for applications that keep tokens in a table of their own: no record of the session's
 * tokens is there whose absence would tell other processes of a sign-out (rule R13).
 */
export async function markEnded(engine: Engine, { salt }: SessionRecord): Promise<void> {
  if (needsMarks(engine)) await markSalt(engine, salt)
}

/** Marks a session as ended by its salt alone. */
export async function markSalt({ records }: Engine, salt: string): Promise<void> {
  await records?.('ended').change(sha256(salt), () => true)
}

/** @throws AuthError `store_unavailable` when it cannot be known */
export async function isMarkedEnded(engine: Engine, { salt }: SessionRecord): Promise<boolean> {
  return (await engine.records?.('ended').read(sha256(salt))) === true
}

export function needsMarks({ settings: { fetchToken }, records }: Engine): boolean {
  return fetchToken !== undefined && records !== undefined
}

/**
 * The record of a request whose session is still there now, by all that this process and the stores know: what another session is to go
 * on with must not bring back one that was signed out meanwhile (rule R13).
 * @throws AuthError `store_unavailable` when it cannot be known
 */
export async function lastingRecord(engine: Engine, request: RequestContext): Promise<SessionRecord | undefined> {
  const record = presentRecord(engine, request)
  if (!record || (needsMarks(engine) && (await isMarkedEnded(engine, record)))) return undefined
  const { loginKey, accounts } = record
  const registration = request.registrations.get(loginKey)
  const name = accounts[loginKey]?.tokenRecord
  const kept = name === undefined ? undefined : registration && (await tokenRecordAt(engine, registration, name)?.look())
  if (kept && (kept.state === 'absent' || (kept.session ?? record.salt) !== record.salt)) return undefined
  const { host } = request
  const beside = host.sessionId === undefined ? undefined : host.tokenRecords()
  const mark = await callStore(() => beside?.get(sessionMark(engine, host.sessionId ?? '')))
  return mark ? undefined : presentRecord(engine, request)
}

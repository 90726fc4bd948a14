import type { Engine } from '../../core/engine.js'
import type { RequestContext } from '../../core/requestContext.js'
import type { SessionRecord } from '../../core/sessionRecord.js'
import { newTokenRecordName, tokenRecordAt } from '../../tokens/records.js'

/**
 * What a session begins with that a user whom a header signs in has by adding an account: until then there was none. With a token store, the
 * account of the header has a record there, by which copies of the session learn of its end; tokens it has none.
 *
 * @param record of the request; that of a session is given back as it is
 * @throws AuthError `store_unavailable`
 */
export async function lastingSession(
  engine: Engine,
  { headerUser, stored }: RequestContext,
  record: SessionRecord,
): Promise<SessionRecord> {
  const { settings, now } = engine
  const account = record.accounts[record.loginKey]
  if (!headerUser || stored || !account) return record
  const begun = { ...record, createdAt: now() }
  if (!settings.tokenStore || settings.fetchToken) return begun
  const tokenRecord = newTokenRecordName(engine)
  await tokenRecordAt(engine, headerUser.registration, tokenRecord)?.put(undefined)
  return { ...begun, accounts: { ...record.accounts, [record.loginKey]: { ...account, tokenRecord } } }
}

import { textsOf } from '../../../lib/base/json.js'
import type { Tokens } from '../../../lib/model/tokens.js'
import type { Engine } from '../../core/engine.js'
import { configuredUrl, contextOf } from '../../core/requestContext.js'
import { removeAt, tokenRecordAt } from '../../tokens/records.js'
import { entryToRevokeAt } from '../../tokens/registrations.js'
import { revokeInBackground } from '../../tokens/removeTokens.js'
import { markSalt } from '../endedMarks.js'
import type { KnownSession, LinkedRecord } from './knownSession.js'

/** Which tokens of a session that ends are revoked at their providers. */
export type MayRevoke = (tokens: Tokens) => boolean

/**
 * Ends a session in all browsers and processes, at its next request.
 * @throws AuthError `store_unavailable`
 */
export async function endKnown(engine: Engine, { linked = [], salt, ...login }: KnownSession, mayRevoke: MayRevoke): Promise<void> {
  if (salt !== undefined) {
    engine.ended.add(salt)
    await markSalt(engine, salt)
  }
  await Promise.all([login, ...linked].map((known) => endAccountAt(engine, known, mayRevoke)))
}

async function endAccountAt(engine: Engine, known: LinkedRecord, mayRevoke: MayRevoke): Promise<void> {
  const { tokenRecord: name } = known
  if (name === undefined) return
  const registration = engine.settings.revokeOnLogout
    ? await entryToRevokeAt(engine, { ...known, parameters: textsOf(known.parameters) })
    : undefined
  const kept = registration && (await tokenRecordAt(engine, registration, name)?.read())
  await removeAt(engine, name)
  if (kept && mayRevoke(kept.tokens)) revokeInBackground(engine, contextOf(engine, registration, configuredUrl(engine)), kept.tokens)
}

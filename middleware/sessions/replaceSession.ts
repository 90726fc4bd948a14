import type { Engine } from '../core/engine.js'
import type { RequestContext } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { removeTokens } from '../tokens/removeTokens.js'
import { markEnded } from './endedMarks.js'
import { dropSession, noteSession } from './userSessions.js'

/**
 * Starts a session with this record in place of the one that the request came with, which has ended then, wherever there are copies of it.
 * @throws AuthError `store_unavailable`; the former session goes on then
 */
export async function replaceSession(
  engine: Engine,
  request: RequestContext,
  record: SessionRecord,
  previous: SessionRecord | undefined,
): Promise<void> {
  const { stored: former } = request
  try {
    await noteSession(engine, record)
    await request.session.start(record, previous)
  } catch (error) {
    engine.background(removeTokens(engine, request.host, record, former))
    throw error
  }
  if (former) engine.ended.add(former.salt)
  request.record = record
  request.stored = record
  if (former) engine.background(forgetFormer(engine, request, former, record))
}

async function forgetFormer(engine: Engine, { host }: RequestContext, former: SessionRecord, record: SessionRecord): Promise<void> {
  await markEnded(engine, former)
  await removeTokens(engine, host, former, record)
  await dropSession(engine, former, record)
}

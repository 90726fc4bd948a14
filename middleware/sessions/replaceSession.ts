import { signedOutMeanwhile } from '../core/endedSessions.js'
import type { Engine } from '../core/engine.js'
import { tellOfSwitch } from '../core/events.js'
import { formerSession, type RequestContext, wholeRecord } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { tokenRecordAt } from '../tokens/records.js'
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
  await replace(engine, request, record, () => request.session.start(record, previous))
  // A login of the same user goes on with the time at which they signed in first.
  if (previous && record.begunAt !== (previous.begunAt ?? previous.createdAt))
    tellOfSwitch(engine, previous.accounts[previous.current]?.user, record.accounts[record.current]?.user)
}

/**
 * The same for a session that goes on with other accounts: a sign-out that comes before it is stored has the last word (rule R13).
 * @throws AuthError `user_mismatch` too; nobody is signed in then
 */
export async function continueSession(
  engine: Engine,
  request: RequestContext,
  record: SessionRecord,
  previous: SessionRecord,
): Promise<void> {
  const requirePresent = (): void => {
    if (engine.ended.has(previous.salt)) throw signedOutMeanwhile()
  }
  const whole = wholeRecord(request, record)
  await replace(engine, request, whole, async () => {
    requirePresent()
    await request.session.start(whole, previous)
    try {
      requirePresent()
      // At once, so that of two requests that come here together one is refused. What a header signs in is no session, and goes on.
      if (request.stored) engine.ended.add(previous.salt)
    } catch (error) {
      engine.ended.add(record.salt)
      await request.session.end()
      throw error
    }
  })
  request.record = record
}

async function replace(engine: Engine, request: RequestContext, record: SessionRecord, start: () => Promise<void>): Promise<void> {
  const former = formerSession(request)
  const login = former && loginGoingOn(engine, request, record, former)
  try {
    await noteSession(engine, record)
    // Before the new session can come back with a request, in whatever process.
    if (login && !(await login.bind())) throw signedOutMeanwhile()
    await start()
  } catch (error) {
    await login?.unbind().catch(() => undefined)
    engine.background(takeBack(engine, request, record, former))
    throw error
  }
  if (former) engine.ended.add(former.salt)
  request.record = record
  request.stored = record
  request.setAside = undefined
  if (former) engine.background(forgetFormer(engine, request, former, record))
}

/** The token record of the login, where the session keeps it: copies of the former session are told by it that they have ended. */
function loginGoingOn(
  engine: Engine,
  { registrations }: RequestContext,
  { loginKey, accounts, salt }: SessionRecord,
  former: SessionRecord,
): { bind: () => Promise<boolean>; unbind: () => Promise<boolean> } | undefined {
  const name = accounts[loginKey]?.tokenRecord
  const registration = registrations.get(loginKey)
  const goesOn = name !== undefined && Object.values(former.accounts).some(({ tokenRecord }) => tokenRecord === name)
  const tokenRecord = goesOn && registration ? tokenRecordAt(engine, registration, name) : undefined
  return (
    tokenRecord && {
      bind: () => tokenRecord.bindTo(salt, former.salt),
      unbind: () => tokenRecord.bindTo(former.salt, salt),
    }
  )
}

async function takeBack(engine: Engine, { host }: RequestContext, record: SessionRecord, former: SessionRecord | undefined): Promise<void> {
  await removeTokens(engine, host, record, former)
  await dropSession(engine, record, former && engine.ended.has(former.salt) ? undefined : former)
}

async function forgetFormer(engine: Engine, { host }: RequestContext, former: SessionRecord, record: SessionRecord): Promise<void> {
  await markEnded(engine, former)
  await removeTokens(engine, host, former, record)
  await dropSession(engine, former, record)
}

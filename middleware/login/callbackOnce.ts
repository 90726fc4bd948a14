import { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import { sleep } from '../../lib/base/timeout.js'
import { type Transaction, transactionLifetime } from '../../lib/model/login.js'
import { runName } from '../core/callbackRuns.js'
import type { Engine } from '../core/engine.js'
import type { SealedRecords } from '../core/sealedRecords.js'
import { readRecord, type SessionRecord } from '../core/sessionRecord.js'

/** What a callback ends in: who is signed in now, and where the browser goes. */
export interface CallbackResult {
  record: SessionRecord
  returnTo: string
}

interface Shared {
  result: CallbackResult
  isFirst: boolean
}

/**
 * The one result of a login, worked out by the first request that brings it and shared with those that come beside it: in this
 * process, and in others that have the same token store (RFC 6749 section 4.1.2: a code used twice may revoke everything).
 *
 * @param login whose callback has passed its checks, for this request too
 * @returns `isFirst` for the request that did the work
 * @throws AuthError what the work threw; `state_used` for a login whose result is no longer to be had
 */
export async function callbackOnce(engine: Engine, login: Transaction, work: () => Promise<CallbackResult>): Promise<Shared> {
  let isOurs = true
  const { value, isFirst } = await engine.callbackRuns.share(login, async () => {
    const shared = await onceAmongProcesses(engine, runName(login), work)
    isOurs = shared.isFirst
    return shared.result
  })
  return { result: value, isFirst: isFirst && isOurs }
}

async function onceAmongProcesses({ records, background }: Engine, name: string, work: () => Promise<CallbackResult>): Promise<Shared> {
  const results = records?.('result')
  const isClaimed = await records?.('callback').claim?.(name, (2 * transactionLifetime) / 1000)
  if (!results || isClaimed === undefined) return { result: await work(), isFirst: true }
  if (!isClaimed) return { result: await awaitResult(results, name), isFirst: false }
  const announcement = announceLater(results, name, background)
  try {
    const result = await work()
    announcement.conclude(() => results.put(name, { state: 'done', ...result }, resultLifetime))
    return { result, isFirst: true }
  } catch (error) {
    announcement.withdraw()
    throw error
  }
}

/** Milliseconds after which other processes are told that the work goes on. */
const announcedAfter = 300
/** Seconds for which another process may pick up the result: longer than any callback takes. */
const resultLifetime = 60

/**
 * Tells other processes of a login that takes its time. One that fails leaves no record behind, and writes none if it fails at once:
 * anybody can bring codes that are worth nothing, as many as they like.
 */
function announceLater(
  results: SealedRecords,
  name: string,
  background: Engine['background'],
): { conclude: (last: () => Promise<unknown>) => void; withdraw: () => void } {
  let announced: Promise<unknown> | undefined
  const timer = setTimeout(() => {
    announced = results.put(name, { state: 'running' }, resultLifetime).catch(() => undefined)
  }, announcedAfter)
  // Whoever waits elsewhere is told if it can be done; the user who signs in does not wait for it.
  const conclude = (last: () => Promise<unknown>): void => {
    clearTimeout(timer)
    background((announced ?? Promise.resolve()).then(last))
  }
  return {
    conclude,
    withdraw() {
      if (announced) conclude(() => results.remove(name))
      else clearTimeout(timer)
    },
  }
}

/** Milliseconds to wait for another process: as long as a callback may take. */
const patience = 15_000
/** Milliseconds within which a process that has taken a login says so, or is done. */
const silence = 2_000
const firstPause = 20
const maxPause = 250

async function awaitResult(results: SealedRecords, name: string): Promise<CallbackResult> {
  const started = performance.now()
  let wasAnnounced = false
  for (let pause = firstPause; performance.now() - started < patience; pause = Math.min(pause * 1.5, maxPause)) {
    const news = await results.read(name)
    // What was announced and is gone has failed.
    if (!isObject(news) && (wasAnnounced || performance.now() - started > silence)) break
    wasAnnounced = isObject(news)
    const record = isObject(news) && news['state'] === 'done' ? readRecord(news['record']) : undefined
    if (record) return { record, returnTo: (news as CallbackResult).returnTo }
    await sleep(pause)
  }
  throw new AuthError('state_used', 'This sign-in has been finished already.')
}

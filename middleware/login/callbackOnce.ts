import { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import { transactionLifetime } from '../../lib/callback.js'
import type { Transaction } from '../../lib/model/login.js'
import { callStore } from '../../lib/stores/callStore.js'
import type { Engine } from '../core/engine.js'
import { flightOf } from '../core/callbackRuns.js'
import { readRecord, type SessionRecord } from '../core/sessionRecord.js'
import { readSealed, storeKey } from '../tokens/records.js'

/** What a callback ends in: who is signed in now, and where the browser goes. */
export interface CallbackResult {
  record: SessionRecord
  returnTo: string
}

/**
 * The one result of a login, worked out by the first request that brings it and shared with those that come beside it: in this
 * process, and in others that have the same token store (RFC 6749 section 4.1.2: a code used twice may revoke everything).
 *
 * @param login whose callback has passed its checks, for this request too
 * @returns `isFirst` for the request that did the work
 * @throws AuthError what the work threw; `state_used` for a login whose result is no longer to be had
 */
export async function callbackOnce(engine: Engine, login: Transaction, work: () => Promise<CallbackResult>): Promise<{ landing: CallbackResult; isFirst: boolean }> {
  let isOurs = true
  const { value, isFirst } = await engine.callbackRuns.share(login, async () => {
    const { landing, by } = await landAmongProcesses(engine, flightOf(login), work)
    isOurs = by === 'us'
    return landing
  })
  return { landing: value, isFirst: isFirst && isOurs }
}

async function landAmongProcesses(engine: Engine, flight: string, work: () => Promise<CallbackResult>): Promise<{ landing: CallbackResult; by: 'us' | 'another' }> {
  const { tokenStore } = engine.settings
  if (!tokenStore?.take) return { landing: await work(), by: 'us' }
  const isFirst = await callStore(() => tokenStore.take?.(storeKey(engine.settings, 'callback', flight), 2 * transactionLifetime / 1000))
  if (!isFirst) return { landing: await awaitOther(engine, flight), by: 'another' }
  const announcement = announceLater(engine, flight)
  try {
    const landing = await work()
    announcement.conclude(() => publish(engine, flight, { state: 'landed', ...landing }))
    return { landing, by: 'us' }
  } catch (error) {
    announcement.withdraw()
    throw error
  }
}

/** Milliseconds after which other processes are told that the work goes on. */
const announcedAfter = 300

/**
 * Tells other processes of a login that takes its time. One that fails leaves no record behind, and writes none if it fails at once:
 * anybody can bring codes that are worth nothing, as many as they like.
 */
function announceLater(engine: Engine, flight: string): { conclude: (last: () => Promise<unknown>) => void; withdraw: () => void } {
  let announced: Promise<unknown> | undefined
  const timer = setTimeout(() => { announced = publish(engine, flight, { state: 'running' }).catch(() => undefined) }, announcedAfter)
  // Whoever waits elsewhere is told if it can be done; the person who signs in does not wait for it.
  const conclude = (last: () => Promise<unknown>): void => {
    clearTimeout(timer)
    engine.background((announced ?? Promise.resolve()).then(last))
  }
  return {
    conclude,
    withdraw() {
      if (announced) conclude(() => callStore(() => engine.settings.tokenStore?.delete(landingKey(engine, flight))))
      else clearTimeout(timer)
    },
  }
}

/** Seconds for which another process may pick up the result: longer than any callback takes. */
const publishedFor = 60

async function publish(engine: Engine, flight: string, news: Record<string, unknown>): Promise<void> {
  const { settings: { tokenStore }, sealer } = engine
  const key = landingKey(engine, flight)
  await callStore(() => tokenStore?.set(key, sealer.seal('session', key, news, { compressed: true }), { ttl: publishedFor }))
}

function landingKey({ settings }: Engine, flight: string): string {
  return storeKey(settings, 'landing', flight)
}

async function readNews(engine: Engine, flight: string): Promise<Record<string, unknown> | undefined> {
  const { tokenStore } = engine.settings
  const news = tokenStore && (await readSealed(engine, tokenStore, landingKey(engine, flight))).value
  return isObject(news) ? news : undefined
}

/** Milliseconds to wait for another process: as long as a callback may take. */
const patience = 15_000
/** Milliseconds within which a process that has taken a login says so, or is done. */
const silence = 2_000
const firstPause = 20
const longestPause = 250

async function awaitOther(engine: Engine, flight: string): Promise<CallbackResult> {
  const started = performance.now()
  let wasAnnounced = false
  for (let pause = firstPause; performance.now() - started < patience; pause = Math.min(pause * 1.5, longestPause)) {
    const news = await readNews(engine, flight)
    // What was announced and is gone has failed.
    if (!news && (wasAnnounced || performance.now() - started > silence)) break
    wasAnnounced = news !== undefined
    const record = news?.['state'] === 'landed' ? readRecord(news['record']) : undefined
    if (record) return { record, returnTo: String(news?.['returnTo']) }
    await new Promise((resolve) => { setTimeout(resolve, pause) })
  }
  throw new AuthError('state_used', 'This sign-in has been finished already.')
}

import { transactionLifetime } from '../lib/callback.js'
import { asAuthError, AuthError, type AuthErrorCode } from '../lib/errors.js'
import { isObject } from '../lib/json.js'
import { fromStore } from '../lib/storeDeadline.js'
import type { Engine } from './engine.js'
import { readRecord, type SessionRecord } from './session.js'
import { readSealed, storeKey } from './tokens/places.js'

/** What a callback ends in: who is signed in now, and where the browser goes. */
export interface Landing {
  record: SessionRecord
  returnTo: string
}

/**
 * The one result of a callback, worked out by the first request that brings it and shared with those that come beside it: in this
 * process, and in others that have the same token store (RFC 6749 section 4.1.2: a code used twice may revoke everything).
 *
 * @returns `isFirst` for the request that did the work
 * @throws AuthError what the work threw; `state_used` for a state whose result is no longer to be had
 */
export async function land(engine: Engine, stateHash: string, work: () => Promise<Landing>): Promise<{ landing: Landing; isFirst: boolean }> {
  let isOurs = true
  const { value, isFirst } = await engine.flights.share(stateHash, async () => {
    const { landing, by } = await landAmongProcesses(engine, stateHash, work)
    isOurs = by === 'us'
    return landing
  })
  return { landing: value, isFirst: isFirst && isOurs }
}

async function landAmongProcesses(engine: Engine, stateHash: string, work: () => Promise<Landing>): Promise<{ landing: Landing; by: 'us' | 'another' }> {
  const { tokenStore } = engine.settings
  if (!tokenStore?.take) return { landing: await work(), by: 'us' }
  const isFirst = await fromStore(() => tokenStore.take?.(storeKey(engine.settings, 'callback', stateHash), 2 * transactionLifetime / 1000))
  if (!isFirst) return { landing: await awaitOther(engine, stateHash), by: 'another' }
  // Whoever waits elsewhere is told if it can be done; the person who signs in does not wait for it.
  const announced = publish(engine, stateHash, { state: 'running' }).catch(() => undefined)
  const tell = (news: Record<string, unknown>): void => { engine.background(announced.then(() => publish(engine, stateHash, news))) }
  try {
    const landing = await work()
    tell({ state: 'landed', ...landing })
    return { landing, by: 'us' }
  } catch (error) {
    const { code, message } = asAuthError(error, 'hook_failed', 'Something went wrong on our side.')
    tell({ state: 'failed', code, message })
    throw error
  }
}

/** Seconds for which another process may pick up the result: longer than any callback takes. */
const publishedFor = 60

async function publish(engine: Engine, stateHash: string, news: Record<string, unknown>): Promise<void> {
  const { settings: { tokenStore }, sealer } = engine
  const key = storeKey(engine.settings, 'landing', stateHash)
  await fromStore(() => tokenStore?.set(key, sealer.seal('session', key, news, { compressed: true }), { ttl: publishedFor }))
}

async function readNews(engine: Engine, stateHash: string): Promise<Record<string, unknown> | undefined> {
  const { tokenStore } = engine.settings
  const news = tokenStore && (await readSealed(engine, tokenStore, storeKey(engine.settings, 'landing', stateHash))).value
  return isObject(news) ? news : undefined
}

/** Milliseconds to wait for another process: as long as a callback may take. */
const patience = 15_000
/** Milliseconds within which a process that has taken a state says so. */
const silence = 1_000
const firstPause = 20
const longestPause = 250

async function awaitOther(engine: Engine, stateHash: string): Promise<Landing> {
  const started = performance.now()
  for (let pause = firstPause; performance.now() - started < patience; pause = Math.min(pause * 1.5, longestPause)) {
    const news = await readNews(engine, stateHash)
    if (!news && performance.now() - started > silence) break
    if (news?.['state'] === 'failed') throw new AuthError(news['code'] as AuthErrorCode, String(news['message']))
    const record = news?.['state'] === 'landed' ? readRecord(news['record']) : undefined
    if (record) return { record, returnTo: String(news?.['returnTo']) }
    await new Promise((resolve) => { setTimeout(resolve, pause) })
  }
  throw new AuthError('state_used', 'This sign-in has been finished already.')
}

import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { TokenStore } from '../../lib/stores/tokenStore.js'
import type { RotationProvider } from '../support/rotationProvider.js'
import { newAccount, type Account } from './accounts.js'
import type { Outcomes } from './worker.js'
import type { Process } from './workerProcess.js'

/** How far a renewal had come when its process was killed. */
export type Moment =
  | 'before the lock'
  | 'before the provider was asked'
  | 'before the answer'
  | 'before the write'
  | 'before the unlocking'
  | 'afterwards'
  /** The provider had not noticed that its caller was gone. */
  | 'before an answer to nobody'

/** What a kill left behind. */
export interface Aftermath {
  moment: Moment
  /** What the store holds: `undefined` when it is neither the old tokens nor the new ones, whole. */
  record: 'old' | 'new' | undefined
  /** Milliseconds after the kill at which the lock was last found taken; 0 when it never was. */
  lockedFor: number
  /** What an API call of another process gave, once the lock was free. */
  outcomes: Outcomes
  refreshed: number
  reused: number
}

export interface Kill {
  provider: RotationProvider
  store: TokenStore
  victim: Process
  healthy: Process
  /** Milliseconds that the provider takes for a refresh. */
  delay: number
  /** Milliseconds until the kill. */
  after: number
  /** What they count from. */
  since: 'call' | 'answer'
}

/** Milliseconds between two looks at a lock. */
const pollPause = 200

/**
 * Kills a process while it refreshes.
 * @returns once the process is gone, what the examination, which goes on, will have found
 */
export async function killWhileRenewing(kill: Kill): Promise<{ aftermath: Promise<Aftermath> }> {
  const { provider, store, victim, delay, after, since } = kill
  let answered: () => void = () => undefined
  const answer = new Promise<void>((resolve) => {
    answered = resolve
  })
  let killed = Infinity
  const seen = { isTooLate: false }
  const account = await newAccount(provider, store, {
    delay,
    onRefreshed: () => {
      seen.isTooLate ||= performance.now() > killed
      answered()
    },
  })
  const old = account.family.tokens
  account.family.end()
  const call = victim.call(account.sealed, 1).catch(() => undefined)
  if (since === 'answer') await answer
  if (after > 0) await sleep(after)
  killed = performance.now()
  await victim.kill()
  await call
  return { aftermath: examine(account, old.accessToken, kill, { killed, seen }) }
}

async function examine(
  { family, vault, sealed }: Account,
  oldToken: string,
  { store, healthy }: Kill,
  { killed, seen }: { killed: number; seen: { isTooLate: boolean } },
): Promise<Aftermath> {
  const lockedFor = await untilFree(store, `${vault.key}:lock`, killed)
  const { asked, refreshed } = family.counts
  const contents = await vault.look()
  const accessToken = contents.state === 'kept' ? contents.kept.tokens.accessToken : undefined
  const isWhole =
    contents.state === 'kept' && isDeepStrictEqual(Object.keys(contents.kept.tokens).sort(), Object.keys(family.tokens).sort())
  const isNew = refreshed === 1 && accessToken === family.tokens.accessToken
  const record = !isWhole ? undefined : isNew ? 'new' : accessToken === oldToken ? 'old' : undefined
  const moment = momentOf({ asked, refreshed, isNew, wasLocked: lockedFor > 0, isTooLate: seen.isTooLate })
  const outcomes = await healthy.call(sealed, 1)
  return { moment, record, lockedFor, outcomes, refreshed: family.counts.refreshed, reused: family.counts.reused }
}

interface Traces {
  asked: number
  refreshed: number
  isNew: boolean
  wasLocked: boolean
  isTooLate: boolean
}

function momentOf({ asked, refreshed, isNew, wasLocked, isTooLate }: Traces): Moment {
  if (isNew) return wasLocked ? 'before the unlocking' : 'afterwards'
  if (refreshed > 0) return isTooLate ? 'before an answer to nobody' : 'before the write'
  if (asked > 0) return 'before the answer'
  return wasLocked ? 'before the provider was asked' : 'before the lock'
}

async function untilFree(store: TokenStore, key: string, killed: number): Promise<number> {
  for (let lockedFor = 0; ; await sleep(pollPause)) {
    const start = performance.now()
    const lock = await store.lock?.(key, 5)
    if (lock) {
      await lock.release()
      return lockedFor
    }
    lockedFor = start - killed
    if (lockedFor > 30_000) throw new Error(`The lock ${key} is stuck`)
  }
}

import { sha256 } from '../../../lib/base/random.js'
import type { SealedRecords } from '../sealedRecords.js'

/** Values that this process remembers at most: each is of an answer that has been verified, so that strangers cannot fill this. */
const maxRemembered = 100_000

/**
 * Makes what tells the first time that a value is seen from every other time.
 * @param records of the token store; without one that can claim, this process remembers by itself
 * @param warn is told, once, that other processes are not asked
 * @param now milliseconds since 1970
 */
export function onceOnly(
  records: SealedRecords | undefined,
  warn: (message: string) => void,
  now: () => number,
): (value: string, seconds: number) => Promise<boolean> {
  const claim = records?.claim
  if (claim) return (value, seconds) => claim(sha256(value), seconds)

  const until = new Map<string, number>()
  let isWarned = false
  // The oldest come first, but not by their ends: those whose time is over are passed and forgotten until one is met that counts.
  const forget = (): void => {
    for (const [known, end] of until) {
      if (end > now() && until.size < maxRemembered) return
      until.delete(known)
    }
  }
  return (value, seconds) => {
    if (!isWarned) {
      isWarned = true
      warn('Answers that may be used once are remembered by this process alone: set tokenStore to one that several processes share.')
    }
    const name = sha256(value)
    const end = until.get(name)
    if (end !== undefined && end > now()) return Promise.resolve(false)
    forget()
    until.set(name, now() + seconds * 1000)
    return Promise.resolve(true)
  }
}

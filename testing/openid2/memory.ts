import { randomBytes } from 'node:crypto'

/** Values by names that nobody can guess. It forgets what has expired, and the oldest of more than 10,000. */
export interface Memory<T> {
  /** Keeps a value under a new name and returns that: letters, digits, `-` and `_`. */
  keep(value: T): string
  find(name: string): T | undefined
  /** Finds a value and forgets it. */
  take(name: string): T | undefined
  forgetAll(): void
}

/** Makes an empty memory; `lifetime` and `clock` are in milliseconds. */
export function createMemory<T>(lifetime: number, clock: () => number): Memory<T> {
  const kept = new Map<string, { value: T; expiresAt: number }>()

  function find(name: string): T | undefined {
    const found = kept.get(name)
    if (found && found.expiresAt > clock()) return found.value
    kept.delete(name)
    return undefined
  }

  return {
    keep(value) {
      const name = randomBytes(24).toString('base64url')
      kept.set(name, { value, expiresAt: clock() + lifetime })
      const [oldest] = kept.keys()
      if (kept.size > maximumKept && oldest !== undefined) kept.delete(oldest)
      return name
    },
    find,
    take(name) {
      const value = find(name)
      kept.delete(name)
      return value
    },
    forgetAll: () => {
      kept.clear()
    },
  }
}

const maximumKept = 10_000

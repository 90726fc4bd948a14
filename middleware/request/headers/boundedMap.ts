import { heldBytes } from '../../sessions/heldBytes.js'

/** What ends at a time. */
interface Ending {
  /** Milliseconds since 1970. */
  until: number
}

/** Values by their names, bounded by the bytes that they take: what was put in first makes room (rule R15). */
export interface BoundedMap<Value extends Ending> {
  /** The value of a name, unless its time is over. */
  get: (name: string) => Value | undefined
  set: (name: string, value: Value, held: unknown) => void
  delete: (name: string) => void
}

/** Bytes of an entry besides what it holds. */
const frame = 300

/**
 * @param maxBytes that all of them take at most
 * @param now milliseconds since 1970
 */
export function boundedMap<Value extends Ending>(maxBytes: number, now: () => number): BoundedMap<Value> {
  const kept = new Map<string, { value: Value; size: number }>()
  let bytes = 0

  function remove(name: string): void {
    bytes -= kept.get(name)?.size ?? 0
    kept.delete(name)
  }

  return {
    get(name) {
      const value = kept.get(name)?.value
      if (value === undefined || value.until > now()) return value
      remove(name)
      return undefined
    },
    set(name, value, held) {
      remove(name)
      const size = frame + name.length + heldBytes(held)
      bytes += size
      kept.set(name, { value, size })
      for (const [oldest, { value: old }] of kept) {
        if (bytes <= maxBytes && old.until > now()) return
        remove(oldest)
      }
    },
    delete: remove,
  }
}

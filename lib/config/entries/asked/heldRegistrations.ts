import type { Chooser, Registration } from '../../../model/context.js'

interface Held {
  registration: Registration
  bytes: number
  /** Milliseconds since 1970, when its client was asked for. */
  since: number
}

/** Bytes of memory that the values of one entry take at most, by whom they are for: a flood of strangers evicts strangers (rule R15). */
const maxBytes: Readonly<Record<Chooser, number>> = { visitor: 2_000_000, account: 20_000_000 }
/** About what a registration takes beside its texts, and what is discovered of it; measured with V8 of Node 20, on the side of too many. */
const basicBytes = 3_000
const discoveredBytes = 10_000

/** Registrations by what was chosen, the ones used last: what is known of a provider, such as its discovery document, hangs on them. */
export interface HeldRegistrations {
  get: (key: string, chooser: Chooser) => Held | undefined
  set: (key: string, chooser: Chooser, registration: Registration) => void
}

export function heldRegistrations(now: () => number = () => Date.now()): HeldRegistrations {
  const held: Record<Chooser, Map<string, Held>> = { visitor: new Map(), account: new Map() }
  const bytes: Record<Chooser, number> = { visitor: 0, account: 0 }

  function remove(key: string, chooser: Chooser): Held | undefined {
    const found = held[chooser].get(key)
    if (!found) return undefined
    held[chooser].delete(key)
    bytes[chooser] -= found.bytes
    return found
  }

  function add(key: string, chooser: Chooser, found: Held): void {
    held[chooser].set(key, found)
    bytes[chooser] += found.bytes
    for (const oldest of held[chooser].keys()) {
      if (bytes[chooser] <= maxBytes[chooser]) return
      remove(oldest, chooser)
    }
  }

  return {
    get(key, chooser) {
      // What a stranger may have brought in is an account's once somebody has signed in with it; never the other way round.
      const found = remove(key, 'account')
      if (found) {
        add(key, 'account', found)
        return found
      }
      const visited = remove(key, 'visitor')
      if (visited) add(key, chooser, visited)
      return visited
    },
    set(key, chooser, registration) {
      const owner = remove(key, 'account') ? 'account' : chooser
      remove(key, 'visitor')
      add(key, owner, { registration, bytes: bytesOf(key, registration), since: now() })
    },
  }
}

function bytesOf(key: string, { provider }: Registration): number {
  return basicBytes + 4 * key.length + (provider.discovery === false ? 0 : discoveredBytes)
}

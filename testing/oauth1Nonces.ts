import { createHash } from 'node:crypto'

/** Remembers a nonce; `false` when the request is, or cannot be told from, a replay. Times are in seconds. */
export type RememberNonce = (clientId: string, token: string, timestamp: number, nonce: string, oldestAccepted: number) => boolean

/**
 * Makes a memory of the nonces that were used, so that no request is accepted twice (RFC 5849 section 3.3).
 *
 * It holds at most `limit` nonces for each client. When a client exceeds that, the nonces of its oldest timestamp are
 * forgotten, and from then on its requests with such an old timestamp are refused: a full memory never lets a replay in.
 */
export function createNonceMemory(limit: number): RememberNonce {
  const clients = new Map<string, ClientMemory>()
  return (clientId, token, timestamp, nonce, oldestAccepted) => {
    const memory = clients.get(clientId) ?? { used: new Map<number, Set<string>>(), count: 0, forgottenUpTo: 0 }
    clients.set(clientId, memory)
    for (const used of [...memory.used.keys()]) if (used < oldestAccepted) forget(memory, used)
    if (timestamp <= memory.forgottenUpTo) return false
    const nonces = memory.used.get(timestamp) ?? new Set<string>()
    // A digest, because a client chooses how long its nonces are.
    const key = createHash('sha256')
      .update(JSON.stringify([token, nonce]))
      .digest('base64')
    if (nonces.has(key)) return false
    memory.used.set(timestamp, nonces.add(key))
    memory.count += 1
    if (memory.count > limit) {
      memory.forgottenUpTo = Math.min(...memory.used.keys())
      forget(memory, memory.forgottenUpTo)
    }
    return true
  }
}

interface ClientMemory {
  /** Timestamp -> digests of the nonces used with it; as many timestamps as the accepted window has seconds. */
  used: Map<number, Set<string>>
  count: number
  forgottenUpTo: number
}

function forget(memory: ClientMemory, timestamp: number): void {
  memory.count -= memory.used.get(timestamp)?.size ?? 0
  memory.used.delete(timestamp)
}

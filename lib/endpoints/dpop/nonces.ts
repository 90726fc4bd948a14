import type { Client } from '../../model/client.js'
import type { HttpResponse } from '../../model/http.js'

/** Origins whose nonce is remembered for one client; the oldest gives way. */
const maxOrigins = 100
// RFC 9449 section 8.1, `1*NQCHAR`; several headers of the name come joined by a space, and are none.
const nonceShape = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/

// A server gives its nonces to whoever asks: they belong to a client and an origin, and go with the client's entry.
const known = new WeakMap<Client, Map<string, string>>()

/** The nonce that the server of an address wants in the next proof (RFC 9449 sections 8 and 9). */
export function nonceFor(client: Client, address: string | undefined): string | undefined {
  return address === undefined ? undefined : known.get(client)?.get(new URL(address).origin)
}

/**
 * Remembers the nonce that an answer brings, also a successful one (RFC 9449 section 8.2).
 * @param address where the request went
 */
export function rememberNonce(client: Client, address: string, headers: Readonly<Record<string, string>>): void {
  const nonce = headers['dpop-nonce']
  if (nonce === undefined || !nonceShape.test(nonce)) return
  const nonces = known.get(client) ?? new Map<string, string>()
  known.set(client, nonces)
  const { origin } = new URL(address)
  nonces.delete(origin)
  for (const [oldest] of nonces) {
    if (nonces.size < maxOrigins) break
    nonces.delete(oldest)
  }
  nonces.set(origin, nonce)
}

/** Whether an API refuses a request only because it wants its nonce in the proof (RFC 9449 section 9). */
export function asksForNonce({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>): boolean {
  return status === 401 && headers['dpop-nonce'] !== undefined && /error\s*=\s*"?use_dpop_nonce\b/i.test(headers['www-authenticate'] ?? '')
}

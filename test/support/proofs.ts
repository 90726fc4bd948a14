import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWTPayload } from 'jose'
import type { Received } from './unitServer.js'

/** A proof of DPoP whose signature is right. */
export interface Proof {
  header: Record<string, unknown>
  payload: JWTPayload
  /** Of its key. */
  thumbprint: string
}

/** The proof that a request carries. */
export async function proofOf({ headers }: Pick<Received, 'headers'>): Promise<Proof> {
  const { payload, protectedHeader } = await jwtVerify(String(headers['dpop']), EmbeddedJWK)
  return { header: { ...protectedHeader }, payload, thumbprint: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) }
}

export function proofsOf(received: readonly Received[]): Promise<Proof[]> {
  return Promise.all(received.map(proofOf))
}

/** What a proof says of the access token beside it (RFC 9449 section 4.2). */
export function athOf(accessToken: string): string {
  return createHash('sha256').update(accessToken, 'ascii').digest('base64url')
}

/** The answer of a server that wants its nonce in the proof (RFC 9449 section 9). */
export function demand(nonce: string): Record<string, string> {
  return {
    'dpop-nonce': nonce,
    'www-authenticate': 'DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"',
  }
}

import { createECDH, generateKeyPairSync } from 'node:crypto'
import { sha256 } from '../../base/random.js'
import type { Context } from '../../model/context.js'
import type { Grant } from '../../model/login.js'

/** A key for ES256, as a JWK has it (RFC 7518 section 6.2). */
export interface DpopJwk {
  kty: 'EC'
  crv: 'P-256'
  x: string
  y: string
  d: string
}

/** A new private key to bind tokens to (RFC 9449), in the short form of `Tokens.dpopKey`. */
export function newDpopKey(): string {
  const { d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  return String(d)
}

/**
 * The whole of a kept key: the public half follows from the private one.
 * @returns `undefined` for text that is no such key
 */
export function dpopJwk(key: string): DpopJwk | undefined {
  if (!/^[\w-]{43}$/.test(key)) return undefined
  const pair = createECDH('prime256v1')
  try {
    pair.setPrivateKey(key, 'base64url')
  } catch {
    return undefined
  }
  // One byte that says "uncompressed", then both coordinates (SEC 1 section 2.3.3).
  const point = pair.getPublicKey()
  return { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33), d: key }
}

/**
 * The thumbprint of a kept key's public half (RFC 7638), by which an authorization request names it (RFC 9449 section 10).
 * @returns `undefined` for text that is no such key
 */
export function dpopThumbprint(key: string): string | undefined {
  const jwk = dpopJwk(key)
  // Those members in that order, without white space (RFC 7638 section 3.2).
  return jwk && sha256(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))
}

/**
 * The key that the tokens of a grant are to be bound to: the one of the login or of the tokens that are refreshed, else a new one.
 * @returns `undefined` where they are bound to none
 */
export function dpopKeyFor({ provider }: Pick<Context, 'provider'>, grant: Grant): string | undefined {
  return keptKey(grant) ?? (provider.dpop === true ? newDpopKey() : undefined)
}

function keptKey(grant: Grant): string | undefined {
  if (grant.type === 'authorization_code') return grant.transaction.dpopKey
  return grant.type === 'refresh_token' ? grant.tokens.dpopKey : undefined
}

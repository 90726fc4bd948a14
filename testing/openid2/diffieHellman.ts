import { createDiffieHellman, createHash } from 'node:crypto'

/** What a relying party sends for a Diffie-Hellman exchange (OpenID Authentication 2.0 section 8.1.2), each in base64. */
export interface KeyExchange {
  modulus: string | undefined
  generator: string | undefined
  consumerPublic: string
}

/**
 * Wraps a secret for the relying party that takes part in the exchange (section 8.2.3): the server's public key and the secret, XORed with
 * the hash of what both can compute; each in base64.
 *
 * @returns `undefined` when a value of the exchange cannot be used
 */
export function wrapSecret(
  exchange: KeyExchange,
  hash: 'sha1' | 'sha256',
  secret: Buffer,
): { serverPublic: string; wrapped: string } | undefined {
  const modulus = exchange.modulus === undefined ? defaultModulus : readNumber(exchange.modulus)
  const generator = exchange.generator === undefined ? Buffer.from([2]) : readNumber(exchange.generator)
  const consumerPublic = readNumber(exchange.consumerPublic)
  if (!modulus || !generator || !consumerPublic || modulus.length < 64 || modulus.length > 512) return undefined
  try {
    const own = createDiffieHellman(modulus, generator)
    const serverPublic = own.generateKeys()
    const key = createHash(hash)
      .update(bigEndian(own.computeSecret(consumerPublic)))
      .digest()
    const wrapped = secret.map((byte, index) => byte ^ (key[index] ?? 0))
    return { serverPublic: bigEndian(serverPublic).toString('base64'), wrapped: Buffer.from(wrapped).toString('base64') }
  } catch {
    // A modulus that is no prime, or a public key that is none of its group.
    return undefined
  }
}

/** A number as "btwoc" of section 4.2 writes it: no more bytes than it needs, and the first bit 0, which says that it is not negative. */
function bigEndian(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0)
  const bytes = first === -1 ? Buffer.from([0]) : number.subarray(first)
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes])
}

/** Reads a number in base64; `undefined` for anything else, and for what section 4.2 takes for a negative one. */
function readNumber(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== text || (bytes[0] ?? 0) >= 0x80) return undefined
  return bytes[0] === 0 ? bytes.subarray(1) : bytes
}

/** Appendix B. */
const defaultModulus = Buffer.from(
  'dcf93a0b883972ec0e19989ac5a2ce310e1d37717e8d9571bb7623731866e61ef75a2e27898b057f9891c2e27a639c3f'
    + '29b60814581cd3b2ca3986d2683705577d45c2e7e52dc81c7a171876e5cea74b1448bfdfaf18828efd2519f14e45e382'
    + '6634af1949e5b535cc829a483b8a76223e5d490a257f05bdff16f2fb22c583ab',
  'hex',
)

import { createDiffieHellman, createHash } from 'node:crypto'

/** Appendix B of OpenID Authentication 2.0: what both sides use where nothing is said; the generator is 2. */
const modulus = Buffer.from(
  'dcf93a0b883972ec0e19989ac5a2ce310e1d37717e8d9571bb7623731866e61ef75a2e27898b057f9891c2e27a639c3f'
    + '29b60814581cd3b2ca3986d2683705577d45c2e7e52dc81c7a171876e5cea74b1448bfdfaf18828efd2519f14e45e382'
    + '6634af1949e5b535cc829a483b8a76223e5d490a257f05bdff16f2fb22c583ab',
  'hex',
)
const generator = Buffer.from([2])

/** One exchange of keys (section 8.1.2). */
export interface Exchange {
  /** Base64. */
  publicKey: string
  /**
   * The secret that the provider has hidden (section 8.2.3).
   * @returns `undefined` for values that cannot be such
   */
  open: (serverPublic: string, hidden: string, hash: string) => Buffer | undefined
}

export function startExchange(): Exchange {
  const own = createDiffieHellman(modulus, generator)
  const publicKey = bigEndian(own.generateKeys()).toString('base64')
  return {
    publicKey,
    open(serverPublic, hidden, hash) {
      try {
        const other = Buffer.from(serverPublic, 'base64')
        // With these everybody knows what comes out.
        if (numberOf(other) < 2n || numberOf(other) > numberOf(modulus) - 2n) return undefined
        const shared = own.computeSecret(other)
        const key = createHash(hash).update(bigEndian(shared)).digest()
        const secret = Buffer.from(hidden, 'base64')
        return secret.length === key.length ? Buffer.from(secret.map((byte, index) => byte ^ (key[index] ?? 0))) : undefined
      } catch {
        // A public key that is none of the group.
        return undefined
      }
    },
  }
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString('hex')}`)
}

/** A number in the fewest bytes whose first bit is 0 (section 4.2). */
function bigEndian(number: Buffer): Buffer {
  const first = number.findIndex((byte) => byte !== 0)
  const bytes = first === -1 ? Buffer.from([0]) : number.subarray(first)
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes])
}

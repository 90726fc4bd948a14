import { decodeProtectedHeader } from 'jose'
import { dpopJwk } from '../../lib/endpoints/dpop/keys.js'

/** The public keys of proofs, by one coordinate. */
export function publicKeysOf(proofs: readonly (string | undefined)[]): Set<string> {
  return new Set(proofs.flatMap((proof) => (proof === undefined ? [] : [String(decodeProtectedHeader(proof).jwk?.['x'])])))
}

/** The private keys of these public ones that a text holds as it is: whatever is as long as one is tried. */
export function privateKeysIn(text: string, publicKeys: ReadonlySet<string>): string[] {
  const found: string[] = []
  for (const run of new Set(text.match(/[\w-]{43,}/g))) {
    for (let start = 0; start + 43 <= Math.min(run.length, 20_000); start++) {
      const candidate = run.slice(start, start + 43)
      if (publicKeys.has(dpopJwk(candidate)?.x ?? '')) found.push(candidate)
    }
  }
  return found
}

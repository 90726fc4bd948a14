import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { createMemory } from './memory.js'
import { keyValueForm } from './message.js'

/** How assertions are signed (OpenID Authentication 2.0 section 6.2), and the hash that each stands on. */
export const associationTypes = { 'HMAC-SHA1': 'sha1', 'HMAC-SHA256': 'sha256' } as const

export type AssociationType = keyof typeof associationTypes

/** A secret that signs assertions. */
export interface Association {
  type: AssociationType
  /** As long as the type's hash. */
  secret: Buffer
}

export interface Associations {
  /** How long a shared association lives, in seconds. */
  lifetime: number
  /** Makes an association that a relying party gets to know. */
  share(type: AssociationType): { handle: string; association: Association }
  isShared(handle: string): boolean
  /** The association that signs an assertion: the shared one of that handle, else a new private one (section 10.1). */
  forAssertion(handle: string | undefined): { handle: string; association: Association }
  /** Finds a private association, once: no second answer is given about what it has signed (section 11.4.2). */
  takePrivate(handle: string): Association | undefined
  /** Forgets all that are shared, as after a restart. */
  forgetShared(): void
}

/** Makes an empty memory of associations; `lifetime` of shared ones is in seconds, `clock` in milliseconds. */
export function createAssociations(lifetime: number, clock: () => number): Associations {
  const shared = createMemory<Association>(lifetime * 1000, clock)
  const unshared = createMemory<Association>(privateLifetime, clock)

  return {
    lifetime,
    share(type) {
      const association = newAssociation(type)
      return { handle: shared.keep(association), association }
    },
    isShared: (handle) => shared.find(handle) !== undefined,
    forAssertion(handle = '') {
      const known = shared.find(handle)
      if (known) return { handle, association: known }
      const association = newAssociation('HMAC-SHA256')
      return { handle: unshared.keep(association), association }
    },
    takePrivate: (handle) => unshared.take(handle),
    forgetShared: () => {
      shared.forgetAll()
    },
  }
}

/** Signs the fields of an assertion that `signed` names, in that order (section 6.1); base64. */
export function signatureOf({ type, secret }: Association, fields: ReadonlyMap<string, string>, signed: readonly string[]): string {
  const text = keyValueForm(signed.map((name) => [name, fields.get(name) ?? '']))
  return createHmac(associationTypes[type], secret).update(text).digest('base64')
}

/** Compares signatures in a time that does not tell how much of them is the same. */
export function equalSignatures(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}

const privateLifetime = 5 * 60 * 1000

function newAssociation(type: AssociationType): Association {
  return { type, secret: randomBytes(type === 'HMAC-SHA1' ? 20 : 32) }
}

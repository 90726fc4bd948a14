import { people, type Person } from '../people.js'
import type { Associations } from './associations.js'
import type { Memory } from './memory.js'
import type { AuthenticationRequest } from './request.js'
import type { Openid2Tampering } from './tampering.js'

/** How the secret of an association comes to the relying party (OpenID Authentication 2.0 section 8.4). */
export const sessionTypes = ['DH-SHA256', 'DH-SHA1', 'no-encryption'] as const

export type SessionType = (typeof sessionTypes)[number]

/** Somebody who is signed in at the provider. */
export interface Session {
  person: Person
  /** When, in milliseconds. */
  time: number
  /** What they have allowed: see `consentOf`. */
  allowed: ReadonlySet<string>
}

/** What the endpoints work with; times are in milliseconds. */
export interface Context {
  origin: string
  look: { brand: string; color: string }
  clock: () => number
  /** Who agrees without being asked. */
  signInAs: Person | undefined
  sessionTypes: readonly SessionType[]
  verifyReturnTo: boolean
  policies: readonly string[]
  associations: Associations
  /** Requests that wait for somebody to choose who they are. */
  pending: Memory<AuthenticationRequest>
  sessions: Memory<Session>
  tampering: () => Openid2Tampering
}

export const paths = { identifier: '/', xrds: '/xrds', endpoint: '/openid', decision: '/sign-in' }

/** A person's claimed identifier, which is the address of their page. */
export function identifierOf(origin: string, person: Person): string {
  return `${origin}/people/${person.username}`
}

/** Finds whose claimed identifier it is; a fragment tells generations of one identifier apart and finds nobody else (section 11.5.2). */
export function ownerOf(origin: string, identifier: string): Person | undefined {
  return people.find((person) => identifierOf(origin, person) === identifier.replace(/#.*$/, ''))
}

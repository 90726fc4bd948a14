import type { ProfileMap } from '../profile.js'
import type { ProtocolOption } from './protocolOptions.js'

declare const made: unique symbol

/** Whether an application has an id and a secret with a protocol's providers: both; either, if it likes; or neither. */
export type ProtocolClient = 'required' | 'optional' | 'none'

/** A protocol that `defineProtocol` has made: what an entry's `protocol` may be besides a name. */
export interface OwnProtocol {
  readonly [made]: true
  readonly name: string
  readonly client: ProtocolClient
  /** Whether its logins bring tokens for an API. */
  readonly tokens: boolean
  /** Options that an entry must have. */
  readonly requires: readonly ProtocolOption[]
  /** All options that an entry may have because of this protocol. */
  readonly reads: ReadonlySet<string>
  /** Where the fields of the user come from, unless an entry says otherwise. */
  readonly profile: ProfileMap
}

import type { ExtensionRequest, Malformed } from './extensions/extension.js'
import { readExtensions } from './extensions/index.js'
import { openid2Namespace, type Message } from './message.js'
import { isWithin, readRealm, readReturnTo, type Realm } from './realm.js'

/** A request of a relying party that somebody be authenticated (OpenID Authentication 2.0 section 9.1). */
export interface AuthenticationRequest {
  /** Nobody may be asked anything. */
  isImmediate: boolean
  /** Absent where nobody is to come back. */
  returnTo: string | undefined
  realm: Realm
  /** As it was sent. */
  realmText: string
  /** Absent where the request is about what extensions ask for alone. */
  identifiers: { claimedId: string; identity: string } | undefined
  associationHandle: string | undefined
  extensions: ExtensionRequest[]
}

/** A request that cannot be answered; with `returnTo` the relying party is told, else the person alone. */
export interface UnusableRequest extends Malformed {
  returnTo?: string
}

/** The identifier that leaves it to the provider whose it is. */
export const identifierSelect = `${openid2Namespace}/identifier_select`

/** Reads a message whose mode is `checkid_setup` or `checkid_immediate`. */
export function readAuthenticationRequest(message: Message): AuthenticationRequest | UnusableRequest {
  const destination = readDestination(message)
  if ('problem' in destination) return destination
  const { returnTo } = destination
  const refused = (problem: string): UnusableRequest => ({ problem, ...(returnTo === undefined ? {} : { returnTo }) })
  if (message.get('ns') !== openid2Namespace) return refused('This provider speaks OpenID Authentication 2.0 alone.')
  const [claimedId, identity] = [message.get('claimed_id'), message.get('identity')]
  if ((claimedId === undefined) !== (identity === undefined)) return refused('There must be both claimed_id and identity, or neither.')
  const extensions = readExtensions(message)
  if ('problem' in extensions) return refused(extensions.problem)
  return {
    ...destination,
    isImmediate: message.get('mode') === 'checkid_immediate',
    identifiers: claimedId === undefined || identity === undefined ? undefined : { claimedId, identity },
    associationHandle: message.get('assoc_handle'),
    extensions,
  }
}

type Destination = Pick<AuthenticationRequest, 'returnTo' | 'realm' | 'realmText'>

/** Where the answer goes. Nobody is sent to an address that cannot be read, or that lies outside of what the person is asked to trust. */
function readDestination(message: Message): Destination | Malformed {
  const returnTo = message.get('return_to')
  const realmText = message.get('realm') ?? returnTo
  if (realmText === undefined) return { problem: 'There is neither return_to nor realm.' }
  const realm = readRealm(realmText)
  if (!realm) return { problem: 'The realm is malformed, or so general that it names nobody.' }
  if (returnTo === undefined) return { returnTo, realm, realmText }
  const address = readReturnTo(returnTo)
  if (!address) return { problem: 'return_to is not an http or https URL.' }
  return isWithin(realm, address) ? { returnTo, realm, realmText } : { problem: 'return_to is not within the realm.' }
}

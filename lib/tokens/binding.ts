import { sha256 } from '../base/random.js'
import type { Registration } from '../model/context.js'

/** Who the application is to whom: what accounts, token records and sealed credentials belong to. */
export type Party = Pick<Registration, 'provider' | 'client'>

/** Characters of one digest: 96 bits. */
const digestLength = 16
const separator = '.'

const endpointNames = [
  'authorizationEndpoint',
  'tokenEndpoint',
  'requestTokenEndpoint',
  'accessTokenEndpoint',
  'apiBaseUrl',
  'identifier',
] as const

interface Bound {
  client: Party['client']
  binding: string
}

// By the provider's entry, which lives as long as its configuration does; every request of a signed-in person asks.
const known = new WeakMap<Party['provider'], Bound>()

/**
 * What ties an account, a token record or sealed credentials to an entry: digests of the client id with the issuer, or, where the issuer
 * does not name the endpoints, with the origin of each; with the name of a protocol that is the application's own. An entry of the same slug that talks to somebody else has another one.
 */
export function bindingOf({ provider, client }: Party): string {
  const cached = known.get(provider)
  if (cached?.client === client) return cached.binding
  const binding = [...new Set(identitiesOf(provider).map((identity) => digest({ provider, client }, identity)))].sort().join(separator)
  known.set(provider, { client, binding })
  return binding
}

/**
 * Whether something was bound to this entry: to exactly whom it talks to now or, where the entry says `formerly`, to those and no others.
 * @param binding what `bindingOf` gave; anything else is bound to nobody
 */
export function isBoundTo(binding: unknown, party: Party): boolean {
  if (typeof binding !== 'string' || binding === '') return false
  if (binding === bindingOf(party)) return true
  const { formerly = [] } = party.provider
  if (formerly.length === 0) return false
  const accepted = new Set([...bindingOf(party).split(separator), ...formerly.map((identity) => digest(party, identity))])
  return binding.split(separator).every((part) => accepted.has(part))
}

/** With discovery the issuer vouches for every endpoint; without, each origin stands for itself. */
function identitiesOf(provider: Party['provider']): string[] {
  const { issuer, discovery, discoveryEndpoint, ownProtocol, audience, signer } = provider
  if (issuer !== undefined && discovery !== false && discoveryEndpoint === undefined) return [issuer]
  const origins = endpointNames
    .map((name) => provider[name])
    .filter((address) => address !== undefined)
    .map((address) => new URL(address).origin)
  // A protocol of the application's own may need no address: what it brings is bound to its name alone.
  if (ownProtocol && issuer === undefined && origins.length === 0) return ['']
  // A proxy's issuer signs for many applications, and says for which.
  const receivers = [...(audience ?? []), ...(signer === undefined ? [] : [signer])]
  return [...(issuer === undefined ? [] : [issuer]), ...origins, ...receivers]
}

/** What an application's own protocol has brought is no other protocol's, though it be the same provider's. */
function digest({ provider, client }: Party, identity: string): string {
  const named = [client.clientId, identity, ...(provider.ownProtocol ? [provider.protocol] : [])]
  return sha256(JSON.stringify(named)).slice(0, digestLength)
}

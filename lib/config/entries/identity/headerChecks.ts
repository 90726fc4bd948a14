import type { Client } from '../../../model/client.js'
import type { ResolvedProvider } from '../../../model/provider.js'
import { publicKeyAlgorithms } from '../../../endpoints/discovery/algorithms.js'
import { isPlainPath, endpoint } from '../../addresses.js'
import { invalid } from '../../invalid.js'

/** Where the keys of a header's JWT can come from. */
const keyPlaces = ['jwks', 'jwksUri', 'keyEndpoint'] as const

/** A sentence for what an entry lacks whose users a proxy signs in. */
export function lackingInHeaderEntry(provider: Partial<Record<(typeof keyPlaces)[number], unknown>>, path: string): string[] {
  return keyPlaces.some((name) => provider[name] !== undefined)
    ? []
    : [`${path}.jwksUri is missing: set it to the address of the proxy's public keys, or give the keys themselves as jwks, or keyEndpoint.`]
}

/**
 * Refuses what contradicts itself in an entry whose users a proxy signs in, and what no request could be checked against.
 * @param isLookedUp whether the entry was looked up for a request
 * @throws AuthError `config_invalid`
 */
export function checkHeaderEntry(provider: ResolvedProvider, { clientId }: Client, path: string, isLookedUp: boolean): void {
  const { audience, idTokenAlgs, keyEndpoint, signer } = provider
  if (isLookedUp)
    throw invalid(
      path,
      "has protocol 'header-jwt', and is looked up by slug, which a request with the header does not name: give providers as an object.",
    )
  const [place, another] = keyPlaces.filter((name) => provider[name] !== undefined)
  if (place !== undefined && another !== undefined)
    throw invalid(`${path}.${another}`, `and ${place} are two places for the same keys: leave one of them out.`)
  if (audience?.length === 0) throw invalid(`${path}.audience`, 'is an empty list, which no JWT is for: name for whom it must be.')
  if (idTokenAlgs && publicKeyAlgorithms(provider).length !== idTokenAlgs.length)
    throw invalid(
      `${path}.idTokenAlgs`,
      "may list algorithms with public keys only, such as 'ES256': a proxy and this application share no secret.",
    )
  if (clientId !== '' && signer === undefined)
    throw invalid(`${path}.clientId`, 'is compared with what a load balancer says as client, which takes signer: leave it out.')
  if (keyEndpoint !== undefined) checkKeyEndpoint(keyEndpoint, `${path}.keyEndpoint`)
}

function checkKeyEndpoint(address: string, path: string): void {
  const { pathname, search } = new URL(address)
  if (decodeURI(`${pathname}${search}`).split('{kid}').length === 2 && address.split('{kid}').length === 2) return
  throw invalid(path, "must have {kid} once, below the host, where a key's name stands: 'https://keys.example.com/{kid}'.")
}

/** The issuer of a proxy's JWT, as the proxy writes it: an address, or only a host. */
export function headerIssuer(text: string, path: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text
  throw invalid(path, 'must be the issuer exactly as the JWT has it in iss, without spaces.')
}

/** Where a proxy signs its users out: an address, or a path on the host that the application is reached at. */
export function signOutAddress(text: string, path: string): string {
  if (isPlainPath(text)) return text
  if (text.startsWith('/')) throw invalid(path, "must be a plain path on the application's own host, or an absolute URL.")
  return endpoint(text, path)
}

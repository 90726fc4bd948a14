import type { Client } from '../../../model/client.js'
import type { ResolvedProvider } from '../../../model/provider.js'
import { invalid } from '../../invalid.js'
import { belongTogether } from '../privateKey.js'

/**
 * A certificate is presented, and is the key's (RFC 8705).
 * @param path of the entry in the configuration
 * @param wayOut the option by which the application makes connections itself, where it does
 * @throws AuthError `config_invalid`
 */
export function checkCertificate(
  { clientAuth, ...provider }: ResolvedProvider,
  { certificate, privateKey }: Client,
  { path, wayOut }: { path: string; wayOut?: string | undefined },
): void {
  if (certificate !== undefined && clientAuth !== 'tls') {
    throw invalid(`${path}.certificate`, "is presented with clientAuth 'tls' only: set that, or leave it out.")
  }
  if (clientAuth !== 'tls' || certificate === undefined || privateKey === undefined) return
  if (wayOut !== undefined) {
    throw invalid(
      `${path}.certificate`,
      `would not be presented, since connections are those of ${wayOut}: leave it out and give it to that, or leave out ${wayOut}.`,
    )
  }
  if (!belongTogether(certificate, privateKey))
    throw invalid(`${path}.privateKey`, "must be the key of the certificate: it is another one's.")
  const open = (['issuer', 'tokenEndpoint'] as const).find((name) => provider[name]?.startsWith('http:'))
  if (open) throw invalid(`${path}.${open}`, "must use https: clientAuth 'tls' presents its certificate while a secure connection is made.")
}

/**
 * RFC 9449 section 7.1 has one place for a token that is bound to a key, and section 5 one kind of token request.
 * @param path of the entry in the configuration
 * @throws AuthError `config_invalid`
 */
export function checkDpop(provider: ResolvedProvider, path: string): void {
  if (provider.dpop !== true) return
  const { tokenPlacement = 'header', tokenMethod = 'POST', renewal } = provider
  const elsewhere =
    tokenPlacement === 'header' ? (['tokenHeader', 'tokenScheme'] as const).find((name) => provider[name] !== undefined) : 'tokenPlacement'
  if (elsewhere !== undefined)
    throw invalid(`${path}.${elsewhere}`, 'cannot be changed with dpop: such a token travels in the Authorization header. Leave it out.')
  if (tokenMethod !== 'POST') throw invalid(`${path}.tokenMethod`, "must be 'POST' with dpop, or leave dpop out.")
  if (typeof renewal === 'object')
    throw invalid(`${path}.renewal`, "must be 'standard' or 'none' with dpop: an exchange of access tokens knows no key.")
}

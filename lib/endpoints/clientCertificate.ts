import type { Client } from '../model/client.js'
import type { Context } from '../model/context.js'
import type { ClientCertificate } from '../model/http.js'
import type { ApiRequest } from '../model/provider.js'

const known = new WeakMap<Client, ClientCertificate>()

/** The certificate that a client presents (RFC 8705 section 2), one value a client; `undefined` where it presents none of its own. */
export function clientCertificate({ provider, client }: Pick<Context, 'provider' | 'client'>): ClientCertificate | undefined {
  const { certificate, privateKey } = client
  if (provider.clientAuth !== 'tls' || certificate === undefined || privateKey === undefined) return undefined
  const made = known.get(client) ?? { cert: withoutIndent(certificate), key: withoutIndent(privateKey) }
  known.set(client, made)
  return made
}

/**
 * The certificate for a public document: for one of the issuer's own origin, which may let nobody in without. Keys are often kept on a host
 * of somebody else, who has no need to know the client.
 */
export function documentCertificate(context: Pick<Context, 'provider' | 'client'>, address: string): ClientCertificate | undefined {
  const { issuer } = context.provider
  // A proxy's issuer may be no address.
  const isOwn = issuer !== undefined && URL.canParse(issuer) && new URL(issuer).origin === new URL(address).origin
  return isOwn ? clientCertificate(context) : undefined
}

/** A request that presents the client's certificate, where it has one: tokens can be bound to it (RFC 8705 section 3). */
export function withCertificate(context: Pick<Context, 'provider' | 'client'>, request: ApiRequest): ApiRequest {
  const certificate = clientCertificate(context)
  return certificate ? { ...request, certificate } : request
}

// Indented text is common in configuration files.
function withoutIndent(pem: string): string {
  return pem.replace(/^[ \t]+/gm, '')
}

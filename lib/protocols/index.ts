import { AuthError } from '../base/errors.js'
import type { Context } from '../model/context.js'
import type { Protocol } from '../model/protocol.js'
import type { ProtocolName } from '../model/provider.js'

const modules: Record<ProtocolName, () => Promise<{ protocol: Protocol }>> = {
  oauth1: () => import('./oauth1/oauth1.js'),
  oauth2: () => import('./oauth2/oauth2.js'),
  oidc: () => import('./oidc/oidc.js'),
  openid2: () => import('./openid2/openid2.js'),
  'header-jwt': () => import('./headerJwt/headerJwt.js'),
}

const loaded = new Map<ProtocolName, Protocol>()

/** A protocol, loaded when a provider of it is first used: an application pays for what it configures. */
export async function loadProtocol(name: ProtocolName): Promise<Protocol> {
  let protocol = loaded.get(name)
  if (!protocol) {
    protocol = (await modules[name]()).protocol
    loaded.set(name, protocol)
  }
  return protocol
}

const withoutTokens: ReadonlySet<ProtocolName> = new Set(['openid2', 'header-jwt'])

/** Whether a protocol gives access to an API, besides saying who somebody is. */
export function givesTokens(name: ProtocolName): boolean {
  return !withoutTokens.has(name)
}

/** @throws AuthError `credentials_gone` for an account of a protocol that gives no access to an API */
export function requireAccess({ provider: { protocol, title }, slug }: Pick<Context, 'provider' | 'slug'>): void {
  if (givesTokens(protocol)) return
  throw new AuthError('credentials_gone', `${title ?? slug} gives no access to an API: it only says who somebody is.`, { provider: slug })
}

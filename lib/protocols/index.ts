import type { Protocol } from '../model/protocol.js'
import type { ProtocolName, ResolvedProvider } from '../model/provider.js'

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

/** Whether each request says by itself who sends it, in a header: there is no login to start and no API to call. */
export function signsInByHeader({ protocol }: Pick<ResolvedProvider, 'protocol'>): boolean {
  return protocol === 'header-jwt'
}

import { AuthError } from '../base/errors.js'
import type { Context } from '../model/context.js'
import type { Protocol } from '../model/protocol.js'
import type { OwnProtocol } from '../model/protocols/ownProtocol.js'
import type { ProtocolName, ResolvedProvider } from '../model/provider.js'
import { definitionOf } from './own/defineProtocol.js'

const modules: Record<ProtocolName, () => Promise<{ protocol: Protocol }>> = {
  oauth1: () => import('./oauth1/oauth1.js'),
  oauth2: () => import('./oauth2/oauth2.js'),
  oidc: () => import('./oidc/oidc.js'),
  openid2: () => import('./openid2/openid2.js'),
  'header-jwt': () => import('./headerJwt/headerJwt.js'),
}

const loaded = new Map<string, Protocol>()
const ownLoaded = new WeakMap<OwnProtocol, Protocol>()

/** The protocol of a provider, loaded when one of that protocol is first used: an application pays for what it configures. */
export async function loadProtocol({ protocol: name, ownProtocol }: Pick<ResolvedProvider, 'protocol' | 'ownProtocol'>): Promise<Protocol> {
  if (ownProtocol) return ownLoaded.get(ownProtocol) ?? (await loadOwn(ownProtocol))
  let protocol = loaded.get(name)
  if (!protocol) {
    // No entry has another name without a protocol of its own.
    protocol = (await modules[name as ProtocolName]()).protocol
    loaded.set(name, protocol)
  }
  return protocol
}

async function loadOwn(given: OwnProtocol): Promise<Protocol> {
  const definition = definitionOf(given)
  if (!definition) throw new TypeError('The protocol is none that defineProtocol has made.')
  const { ownProtocol } = await import('./own/ownProtocol.js')
  const protocol = ownProtocol(definition)
  ownLoaded.set(given, protocol)
  return protocol
}

const withoutTokens: ReadonlySet<string> = new Set(['openid2', 'header-jwt'])

/** Whether a protocol gives access to an API, besides saying who somebody is. */
export function givesTokens({ protocol, ownProtocol }: Pick<ResolvedProvider, 'protocol' | 'ownProtocol'>): boolean {
  return ownProtocol ? ownProtocol.tokens : !withoutTokens.has(protocol)
}

/** @throws AuthError `credentials_gone` for an account of a protocol that gives no access to an API */
export function requireAccess({ provider, slug }: Pick<Context, 'provider' | 'slug'>): void {
  if (givesTokens(provider)) return
  throw new AuthError('credentials_gone', `${provider.title ?? slug} gives no access to an API: it only says who somebody is.`, {
    provider: slug,
  })
}

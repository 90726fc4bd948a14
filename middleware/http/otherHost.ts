import type { Settings } from '../../lib/config/settings.js'
import type { HostRequest } from './host.js'
import { wantsJson } from './negotiation.js'
import { isNavigation } from './origin.js'
import { pathOf, publicUrlAt } from './publicUrl.js'

/** Says that a visitor has been sent to the configured host, so that it happens once. */
export const hostMarker = 'authrouter_host'

/**
 * Where a visitor belongs who opens a page of ours at the configured host with or without its `www.`: there alone a login that starts
 * now can end, because cookies do not go from one to the other. Any other host, such as a proxy's inner name, is nobody's typing.
 *
 * @returns an address at a configured origin; `undefined` for whoever is at the right place, or where nothing can be said
 */
export function addressAtConfiguredHost(host: HostRequest, settings: Pick<Settings, 'baseUrls' | 'path'>): string | undefined {
  const { baseUrls } = settings
  // Most visitors are at the right place: seen without parsing.
  if (baseUrls.some((baseUrl) => baseUrl.endsWith(`//${host.host ?? ''}`))) return undefined
  const asked = hostnameOf(`http://${host.host ?? ''}`)
  if (asked === undefined || host.method !== 'GET' || !isNavigation(host) || wantsJson(host)) return undefined
  if (baseUrls.some((baseUrl) => hostnameOf(baseUrl) === asked)) return undefined
  const configured = baseUrls.find((baseUrl) => isTwin(hostnameOf(baseUrl) ?? '', asked))
  if (configured === undefined) return undefined
  const { origin, mountPath } = publicUrlAt(configured, host.mountPath, settings)
  const target = host.url
  const path = pathOf(target)
  const query = target.slice(path.length + 1)
  if (new URLSearchParams(query).has(hostMarker)) return undefined
  // The path of a route is the prefix and what follows it. Parsed and written again, it is at that origin whatever a client sent.
  return new URL(`${origin}${mountPath}${path.slice(settings.path.length)}?${query === '' ? '' : `${query}&`}${hostMarker}=1`).href
}

function isTwin(one: string, other: string): boolean {
  return one === `www.${other}` || other === `www.${one}`
}

function hostnameOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).hostname : undefined
}

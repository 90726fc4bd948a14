import type { Registration } from '../../model/context.js'
import type { ResolvedProvider } from '../../model/provider.js'
import type { ResolvedExchange } from '../../model/refresh.js'
import { invalid } from '../invalid.js'
import { addressNames } from './completeProvider.js'
import type { EntryPath } from './requirements.js'

/**
 * Where an entry that a lookup gave may lead. Outside production one on this machine may lead anywhere: it is a developer's own.
 * @throws AuthError `config_invalid` in production for an address of plain http, which only this machine itself can have
 */
export function reachOf(provider: ResolvedProvider, { path, production }: EntryPath): 'public' | undefined {
  const open = openAddress(provider)
  if (open === undefined) return 'public'
  if (!production) return undefined
  throw invalid(
    `${path}.${open}`,
    'must use https when NODE_ENV is production: it comes from providers as a function, and what others wrote must not lead to this machine.',
  )
}

/** What a developer should know, once at start, of where connections go. */
export function reachWarnings(
  { registrations, lookup }: { registrations: ReadonlyMap<string, Registration>; lookup: unknown },
  { production, wayOut }: Pick<EntryPath, 'production' | 'wayOut'>,
): string[] {
  const open = [...registrations].flatMap(([slug, { provider }]) => {
    const name = openAddress(provider)
    return name === undefined ? [] : [`providers.${slug}.${name}`]
  })
  return [
    ...(production && open.length > 0
      ? [`Plain http on this machine itself is used in production, for ${open.join(', ')}: use https unless the provider does run here.`]
      : []),
    ...(lookup !== undefined && wayOut !== undefined
      ? [
          `providers is a function, and connections are those of ${wayOut}: that has to keep the addresses which entries bring out of private networks.`,
        ]
      : []),
  ]
}

/** The option whose address is one of plain http. */
function openAddress({ renewal, extraRequests = {}, ...provider }: ResolvedProvider): string | undefined {
  const exchange: Partial<ResolvedExchange> = typeof renewal === 'object' ? renewal : {}
  return [
    ...addressNames.map((name) => [name, provider[name]] as const),
    ...Object.entries(extraRequests).map(([name, address]) => [`extraRequests.${name}`, address] as const),
    ['renewal.endpoint', exchange.endpoint] as const,
    ['renewal.shortLived.endpoint', exchange.shortLived?.endpoint] as const,
  ].find(([, address]) => typeof address === 'string' && /^http:/i.test(address))?.[0]
}

import { resolveConfig } from '../../lib/config/resolveConfig.js'
import type { Provider, ResolvedProvider } from '../../lib/types.js'
import { client } from './quirks.js'

/** An entry as the configuration completes it. */
export function registered(slug: string, provider: Provider, options: Record<string, string> = {}): ResolvedProvider | undefined {
  const config = { providers: { [slug]: { ...client, ...options } } }
  return resolveConfig(config, { catalogue: { [slug]: provider }, env: {}, warn: () => undefined }).registrations.get(slug)?.provider
}

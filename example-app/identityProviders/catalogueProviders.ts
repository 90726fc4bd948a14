import type { ProviderEntry } from 'authrouter'
import { catalogue } from 'authrouter/providers'

/**
 * The providers of the catalogue for which the environment has a client id, such as `GITHUB_CLIENT_ID`.
 * The entries are empty: authrouter itself reads id and secret from the environment.
 */
export function catalogueProviders(env: NodeJS.ProcessEnv): Record<string, ProviderEntry> {
  const configured = Object.keys(catalogue).filter((name) => env[`${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_CLIENT_ID`])
  return Object.fromEntries(configured.map((name) => [name, {}]))
}

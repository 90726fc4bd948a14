import type { IdentityProviders, RunningIdentityProviders } from './identityProviders.js'
import { startIdentityProviders, type IdentityProviderSettings } from './startIdentityProviders.js'

/** Those that run elsewhere, where the configuration names them: they know the application already. Else it starts its own. */
export async function runningIdentityProviders({
  identityProviders,
  ...settings
}: IdentityProviderSettings & { identityProviders?: IdentityProviders }): Promise<RunningIdentityProviders> {
  if (identityProviders === undefined) return startIdentityProviders(settings)
  return { ...identityProviders, register: () => undefined, close: () => Promise.resolve() }
}

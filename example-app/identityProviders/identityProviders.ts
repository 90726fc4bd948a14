import type { ProviderEntry } from 'authrouter'

/** The providers of the demo, one for each protocol, by the slugs that `app.ts` gives them. */
export const demoSlugs = ['openid', 'oauth2', 'oauth1', 'openid2'] as const

export type DemoSlug = (typeof demoSlugs)[number]

/** Identity providers as the application knows them: plain values that fit into an environment variable. */
export interface IdentityProviders {
  /** Addresses, client id and secret, title and icon; what the application asks of these four is in `app.ts`. Others may join them. */
  entries: Record<DemoSlug, ProviderEntry> & Record<string, ProviderEntry>
  /** Where they are, and their users' pictures with them. */
  origins: string[]
}

/** Identity providers for as long as the application runs. */
export interface RunningIdentityProviders extends IdentityProviders {
  /** Tells them at which addresses the application is reached, as one would on a provider's developer page. */
  register: (applicationUrls: readonly string[]) => void
  close: () => Promise<void>
}

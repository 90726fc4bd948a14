/** A provider, as a page names it. */
export interface ProviderLink {
  slug: string
  title: string
  protocol: string
}

/** Where a user signs in with this provider, or chooses one, to come back to a page. */
export function signInUrl(provider: string | undefined, returnTo: string): string {
  return `/auth${provider === undefined ? '' : `/${provider}`}?returnTo=${encodeURIComponent(returnTo)}`
}

/** What a provider is called; its slug where it is no longer configured. */
export function titleOf(slug: string, providers: readonly ProviderLink[]): string {
  return providers.find((provider) => provider.slug === slug)?.title ?? slug
}

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

/** The heading of an account: its provider, and what that calls the user. */
export function labelOf({ provider, name }: { provider: string; name: string }, providers: readonly ProviderLink[]): string {
  return `${titleOf(provider, providers)} (${name})`
}

const protocolNames: Record<string, string> = { oidc: 'OpenID Connect', oauth2: 'OAuth 2.0', oauth1: 'OAuth 1.0a', openid2: 'OpenID 2.0' }

export function protocolName(protocol: string): string {
  return protocolNames[protocol] ?? protocol
}

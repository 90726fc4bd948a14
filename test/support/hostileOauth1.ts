import type { ProviderEntry } from '../../middleware/index.js'

/** A provider of OAuth 1.0a, without sockets, that gives whatever request token it is told to; the person is whom the verifier names. */
export interface HostileOauth1 {
  entry: ProviderEntry
  /** The application's way out to it, and for other addresses to somewhere else. */
  fetch: typeof globalThis.fetch
  /** What the next logins get as their request token. */
  give: (token: string) => void
  /** How often an access token was asked for. */
  calls: () => number
}

const origin = 'https://hostile.example'

export function hostileOauth1(elsewhere: typeof globalThis.fetch): HostileOauth1 {
  let chosen = ''
  let calls = 0
  const named = (headers: RequestInit['headers'], name: string): string => {
    const authorization = new Headers(headers).get('authorization') ?? ''
    return decodeURIComponent(new RegExp(`${name}="([^"]*)"`).exec(authorization)?.[1] ?? '')
  }
  const fetch = async (address: string, init: RequestInit): Promise<Response> => {
    switch (address) {
      case `${origin}/request`:
        return new Response(new URLSearchParams({ oauth_token: chosen, oauth_token_secret: 'a', oauth_callback_confirmed: 'true' }))
      case `${origin}/access`:
        calls++
        return new Response(new URLSearchParams({ oauth_token: named(init.headers, 'oauth_verifier'), oauth_token_secret: 'b' }))
      case `${origin}/me`:
        return Response.json({ id: named(init.headers, 'oauth_token') })
      default:
        return elsewhere(address, init)
    }
  }
  return {
    entry: {
      protocol: 'oauth1',
      title: 'Hostile',
      requestTokenEndpoint: `${origin}/request`,
      authorizationEndpoint: `${origin}/authorize`,
      accessTokenEndpoint: `${origin}/access`,
      userinfoEndpoint: `${origin}/me`,
      apiBaseUrl: `${origin}/`,
      clientId: 'a',
      clientSecret: 'b',
      profile: { id: 'id' },
    },
    fetch: fetch as typeof globalThis.fetch,
    give: (token) => {
      chosen = token
    },
    calls: () => calls,
  }
}

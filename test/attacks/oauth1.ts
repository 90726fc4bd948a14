import { startServer, type Received } from '../support/unitServer.js'

/** An OAuth 1.0a server of an attacker, who names request tokens as he likes. */
export interface HostileOauth1 {
  entry: Record<string, unknown>
  /** The next request tokens. */
  requestToken: string
  /** Whom it says the person is. */
  person: string
  received: Received[]
  /** The callback's address, as the attacker sends a browser to it. */
  callback: (home: string, slug?: string) => string
  /** Lets requests wait until the returned function is called. */
  hold: () => () => void
  close: () => Promise<void>
}

export async function startHostileOauth1(): Promise<HostileOauth1> {
  let gate: Promise<void> | undefined
  const server = await startServer(async ({ url }, res) => {
    await gate
    if (url.startsWith('/me'))
      res.setHeader('content-type', 'application/json').end(JSON.stringify({ id: hostile.person, name: 'Mallory' }))
    else if (url.startsWith('/access')) res.end('oauth_token=canary-oauth1-access&oauth_token_secret=canary-oauth1-secret')
    else
      res.end(
        new URLSearchParams({
          oauth_token: hostile.requestToken,
          oauth_token_secret: 'canary-request-secret',
          oauth_callback_confirmed: 'true',
        }).toString(),
      )
  })
  const { origin } = server
  const hostile: HostileOauth1 = {
    entry: {
      protocol: 'oauth1',
      title: 'Old',
      requestTokenEndpoint: `${origin}/request`,
      authorizationEndpoint: `${origin}/authorize`,
      accessTokenEndpoint: `${origin}/access`,
      userinfoEndpoint: `${origin}/me`,
      apiBaseUrl: `${origin}/api/`,
      clientId: 'client-of-old',
      clientSecret: 'canary-client-secret of the old one',
      profile: { id: 'id', name: 'name' },
    },
    requestToken: 'first',
    person: 'mallory',
    received: server.received,
    callback: (home, slug = 'old') =>
      `${home}/auth/${slug}/callback?${new URLSearchParams({ oauth_token: hostile.requestToken, oauth_verifier: 'v' }).toString()}`,
    hold() {
      let open = (): void => undefined
      gate = new Promise((resolve) => {
        open = resolve
      })
      return () => {
        gate = undefined
        open()
      }
    },
    close: server.close,
  }
  return hostile
}

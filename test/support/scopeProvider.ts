import { sendJson, startServer, type SmallServer } from './unitServer.js'

/** A provider of OAuth 2.0 that signs everybody in as the same person, and grants what a function says. */
export interface ScopeProvider extends Pick<SmallServer, 'close'> {
  /** An entry for it. */
  entry: Record<string, unknown>
  /** The scopes of the authorization requests, the oldest first. */
  asked: string[]
  /** What of the scopes that are asked for is granted; `undefined` leaves `scope` out of the answer. */
  grant: (asked: string[]) => string | undefined
}

export async function startScopeProvider(): Promise<ScopeProvider> {
  const asked: string[] = []
  const server = await startServer(({ url }, res) => {
    const { pathname, searchParams } = new URL(url, 'http://provider')
    if (pathname === '/authorize') {
      asked.push(searchParams.get('scope') ?? '')
      res.writeHead(302, { location: `${searchParams.get('redirect_uri') ?? ''}?code=c&state=${searchParams.get('state') ?? ''}` }).end()
    } else if (pathname === '/token') {
      sendJson(res, {
        access_token: `token-${String(asked.length)}`,
        token_type: 'Bearer',
        scope: provider.grant((asked.at(-1) ?? '').split(' ')),
      })
    } else sendJson(res, { id: '7', name: 'Ada Example' })
  })
  const provider: ScopeProvider = {
    asked,
    grant: (scopes) => scopes.join(' '),
    entry: {
      protocol: 'oauth2',
      authorizationEndpoint: `${server.origin}/authorize`,
      tokenEndpoint: `${server.origin}/token`,
      userinfoEndpoint: `${server.origin}/me`,
      scope: ['profile'],
      profile: { id: 'id', name: 'name' },
      clientId: 'a',
      clientSecret: 'b',
    },
    close: server.close,
  }
  return provider
}

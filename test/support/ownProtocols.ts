import { createHmac, randomBytes } from 'node:crypto'
import { AuthError } from '../../middleware/index.js'
import { defineProtocol, type OwnProtocol, type ProtocolDefinition } from '../../providers/index.js'
import { sendJson, startServer, type SmallServer } from './unitServer.js'

type Parts = Partial<ProtocolDefinition>

/** A protocol whose provider sends the browser straight back, with the id of user 7. */
export function echoProtocol(parts: Parts = {}): OwnProtocol {
  return defineProtocol({
    name: 'echo',
    client: 'none',
    profile: { id: 'id', name: 'name' },
    authorize: ({ redirectUri }, { state }) => ({ location: `${redirectUri}?${new URLSearchParams({ state, id: '7' }).toString()}` }),
    exchange: (_context, grant) => ({ response: { id: grant.type === 'authorization_code' && grant.parameters['id'], name: 'Ada' } }),
    ...parts,
  })
}

/** A provider whose tokens sign each request with a key, and are refreshed. */
export interface KeyServer extends SmallServer {
  /** Seconds that access tokens are said to live. */
  lifetime: number
  /** Ends the access tokens given so far. */
  end: () => void
  /** What became of the requests to the API, and how often tokens were given. */
  counts: { granted: number; refreshed: number; called: number; refused: number }
  /** Whether refresh tokens are refused. */
  refusesRefresh: boolean
  options: { authorizationEndpoint: string; tokenEndpoint: string; userinfoEndpoint: string; apiBaseUrl: string }
}

const apiSecret = 'shared by the provider and its clients'

function signatureOf(token: string, method: string, path: string): string {
  return createHmac('sha256', apiSecret).update(`${token} ${method} ${path}`).digest('hex')
}

export async function startKeyServer(): Promise<KeyServer> {
  const access = new Set<string>()
  const refresh = new Set<string>()
  const grant = (): Record<string, unknown> => {
    const [token, next] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')]
    access.add(token)
    refresh.add(next)
    return { key: token, next, lives: keys.lifetime }
  }
  const server = await startServer(({ url: target, headers, method, body }, res) => {
    const url = new URL(target, 'http://keys.example')
    if (url.pathname === '/sign-in') {
      const location = new URL(url.searchParams.get('back') ?? '')
      location.searchParams.set('voucher', 'voucher-of-ada')
      res.writeHead(302, { location: location.href }).end()
    } else if (url.pathname === '/keys') {
      const form = new URLSearchParams(body)
      const isKnown = form.get('app') === 'app' && form.get('app_secret') === 'canary-app-secret'
      const old = form.get('next')
      if (isKnown && form.get('voucher') === 'voucher-of-ada' && form.get('salt')?.length === 43) {
        keys.counts.granted += 1
        sendJson(res, grant())
      } else if (isKnown && old !== null && !keys.refusesRefresh && refresh.delete(old)) {
        keys.counts.refreshed += 1
        sendJson(res, grant())
      } else sendJson(res, { refused: true }, 400)
    } else if (url.pathname.startsWith('/api/')) {
      const [token = '', signature] = (headers['x-key'] ?? '').toString().split('.')
      const isGood = access.has(token) && signature === signatureOf(token, method, url.pathname)
      keys.counts[isGood ? 'called' : 'refused'] += 1
      if (isGood) sendJson(res, { id: 'ada-7', full_name: 'Ada Example', path: url.pathname })
      else sendJson(res, { error: 'key' }, 401)
    } else res.writeHead(404).end()
  })
  const keys: KeyServer = {
    ...server,
    lifetime: 3600,
    end: () => {
      access.clear()
    },
    counts: { granted: 0, refreshed: 0, called: 0, refused: 0 },
    refusesRefresh: false,
    options: {
      authorizationEndpoint: `${server.origin}/sign-in`,
      tokenEndpoint: `${server.origin}/keys`,
      userinfoEndpoint: `${server.origin}/api/me`,
      apiBaseUrl: `${server.origin}/api/`,
    },
  }
  return keys
}

/** The protocol of such a provider. */
export const keyProtocol = defineProtocol({
  name: 'signed-keys',
  client: 'required',
  tokens: true,
  requires: ['authorizationEndpoint', 'tokenEndpoint'],
  profile: { id: 'id', name: 'full_name' },

  authorize({ provider, redirectUri }, { state }) {
    const back = new URL(redirectUri)
    back.searchParams.set('state', state)
    const location = new URL(provider.authorizationEndpoint)
    location.searchParams.set('back', back.href)
    return { location: location.href, remember: { salt: randomBytes(32).toString('base64url') } }
  },

  async exchange({ provider, client, http, now }, grant) {
    const asked =
      grant.type === 'refresh_token'
        ? { next: grant.tokens.refreshToken ?? '' }
        : { voucher: grant.parameters['voucher'] ?? '', salt: grant.remembered['salt'] ?? '' }
    const { status, body } = await http({
      method: 'POST',
      url: provider.tokenEndpoint,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ app: client.clientId, app_secret: client.clientSecret ?? '', ...asked }).toString(),
    })
    if (status !== 200) throw new AuthError('provider_error', 'The provider gives no key.')
    const { key, next, lives } = JSON.parse(new TextDecoder().decode(body)) as { key: string; next: string; lives: number }
    return { tokens: { accessToken: key, refreshToken: next, expiresAt: Math.floor(now() / 1000) + lives } }
  },

  sign(_context, { accessToken }, { method, url, headers, body }) {
    return { url, headers: { ...headers, 'x-key': `${accessToken}.${signatureOf(accessToken, method, new URL(url).pathname)}` }, body }
  },
})

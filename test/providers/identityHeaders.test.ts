import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Provider } from '../../lib/types.js'
import { authRouter } from '../../middleware/index.js'
import { catalogue } from '../../providers/index.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { proxyKey, seconds, signedBy, type ProxyKey } from '../support/identityProxy.js'
import { fill, readFixture } from './fixtures.js'

/** Every entry of the catalogue whose users a proxy signs in: its documented header signs its documented person in, and nothing else does. */

const open: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

const entries = Object.entries<Provider>(catalogue).filter(([, { protocol }]) => protocol === 'header-jwt')

/** Headers beside it that anybody could send: what each of these proxies adds without a signature. */
const unsignedHeaders = {
  'x-goog-authenticated-user-email': 'accounts.google.com:eve@example.com',
  'x-goog-authenticated-user-id': 'accounts.google.com:666',
  'x-amzn-oidc-identity': 'eve',
  'x-amzn-oidc-accesstoken': 'eve',
  'x-ms-client-principal': Buffer.from(JSON.stringify({ userId: 'eve' })).toString('base64'),
  'x-ms-client-principal-id': 'eve',
  'x-ms-client-principal-name': 'eve@example.com',
  'cf-access-authenticated-user-email': 'eve@example.com',
  'x-pomerium-claim-email': 'eve@example.com',
  'x-forwarded-user': 'eve',
}

interface Walk {
  provider: Provider
  key: ProxyKey
  /** What the proxy says now, as the fixture has it. */
  claims: Record<string, unknown>
  header: Record<string, unknown>
  me: (headers: Record<string, string>) => Promise<Record<string, unknown> | null>
  calls: string[]
}

async function start(slug: string, provider: Provider): Promise<Walk> {
  const { claims = {}, parameters = {} } = readFixture(slug)
  const isBalancer = provider.signer !== undefined
  const algorithm = provider.idTokenAlgs?.[0] === 'RS256' ? 'RS256' : 'ES256'
  const key = proxyKey(randomUUID(), algorithm)
  const addresses = [
    provider.jwksUri && fill(provider.jwksUri, provider, parameters),
    provider.keyEndpoint && fill(provider.keyEndpoint, provider, parameters).replace('{kid}', key.kid),
  ].filter((address) => address !== undefined)
  const calls: string[] = []
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  open.push(close)
  const publicJwk = { ...key.publicKey.export({ format: 'jwk' }), kid: key.kid, alg: key.alg }
  app = hosts['Express 5']({
    router: authRouter({
      secret: 'a secret of the walk, long enough to seal',
      baseUrl: url,
      logger: false,
      http: {
        fetch: (address: string | URL | Request) => {
          const asked = address instanceof Request ? address.url : String(address)
          calls.push(asked)
          if (!addresses.includes(asked)) return Promise.resolve(new Response('', { status: 404 }))
          return Promise.resolve(
            isBalancer
              ? new Response(key.publicKey.export({ type: 'spki', format: 'pem' }).toString())
              : Response.json({ keys: [publicJwk] }),
          )
        },
      } as never,
      providers: {
        [slug]: {
          ...parameters,
          ...(isBalancer ? { issuer: String(claims['iss']) } : {}),
          ...(provider.audience === undefined && !isBalancer ? { audience: [claims['aud']].flat() as string[] } : {}),
        },
      },
    }),
    handlers: {
      '/me': (req, res) => {
        sendJson(res, req.authUser)
      },
    },
  })
  const now = seconds()
  return {
    provider,
    key,
    calls,
    claims: {
      ...claims,
      ...Object.fromEntries(['iat', 'nbf', 'exp'].flatMap((name) => (name in claims ? [[name, name === 'exp' ? now + 120 : now]] : []))),
    },
    header: isBalancer
      ? { typ: 'JWT', client: 'shop', iss: claims['iss'], exp: now + 120, signer: fill(provider.signer ?? '', provider, parameters) }
      : { typ: 'JWT' },
    me: async (headers) => (await (await fetch(`${url}/me`, { headers })).json()) as Record<string, unknown> | null,
  }
}

const jwtOf = ({ key, claims, header, provider }: Walk, changed: Partial<Pick<Walk, 'key' | 'claims' | 'header'>> = {}): string =>
  signedBy(changed.key ?? key, { ...claims, ...changed.claims }, { header: { ...header, ...changed.header }, isPadded: provider.signer !== undefined })

describe.each(entries)('%s', (slug, provider) => {
  test('signs its documented person in, and asks its documented address for keys', async () => {
    const walk = await start(slug, provider)
    const user = await walk.me({ ...unsignedHeaders, [provider.header ?? '']: jwtOf(walk) })
    const { raw, loggedInAt, ...known } = user ?? {}
    expect(known).toEqual(readFixture(slug).user)
    expect(raw).toEqual(walk.claims)
    expect(typeof loggedInAt).toBe('string')
    expect(walk.calls).toHaveLength(1)
    expect(walk.calls[0]).toMatch(/^https:\/\//)
  })

  test('reads no header that is not signed', async () => {
    const walk = await start(slug, provider)
    expect(await walk.me(unsignedHeaders)).toBeNull()
    expect(await walk.me({ ...unsignedHeaders, [provider.header ?? '']: 'eve' })).toBeNull()
    expect(walk.calls).toEqual([])
  })

  test('believes no other key, issuer, receiver or time', async () => {
    const walk = await start(slug, provider)
    const { key, claims } = walk
    const isBalancer = provider.signer !== undefined
    const wrong = [
      jwtOf(walk, { key: { ...proxyKey('x', key.alg), kid: key.kid } }),
      jwtOf(walk, { claims: { iss: 'https://evil.example' } }),
      jwtOf(walk, isBalancer ? { header: { signer: 'arn:aws:elasticloadbalancing:eu-west-1:666:loadbalancer/app/eve/1' } } : { claims: { aud: 'x' } }),
      jwtOf(walk, isBalancer ? { header: { exp: 1 } } : { claims: { exp: 1 } }),
      jwtOf(walk, { claims: { sub: '' } }),
      jwtOf(walk, { key: { ...key, ...proxyKey('y', key.alg === 'ES256' ? 'RS256' : 'ES256'), kid: key.kid } }),
    ]
    for (const jwt of wrong) expect(await walk.me({ [provider.header ?? '']: jwt })).toBeNull()
    expect(await walk.me({ [provider.header ?? '']: jwtOf(walk, { claims }) })).not.toBeNull()
  })
})

test('there are five of them', () => {
  expect(entries.map(([slug]) => slug)).toEqual(['aws-alb', 'azure-app-service', 'cloudflare-access', 'google-iap', 'pomerium'])
})

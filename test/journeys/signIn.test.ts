import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { authRouter, type AuthRouterOptions, type AuthUser } from '../../middleware/index.js'
import { startOauth1Provider, startOpenidProvider, type Oauth1Provider, type OpenidProvider } from '../../testing/index.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen, sendJson } from '../support/hosts.js'

const secret = 'a secret of the tests, long enough to seal'
let openid: OpenidProvider
let oauth1: Oauth1Provider

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
  oauth1 = await startOauth1Provider({ signInAs: 'ada-id', clients: [{ clientId: 'bird-client', clientSecret: 'bird secret & more' }] })
})

afterAll(async () => {
  await Promise.all([openid.close(), oauth1.close()])
})

/** One client of the OpenID provider for each application, since redirect URIs are matched exactly. */
let clients = 0
function registerClient(redirectUri: string, more: object = {}): { clientId: string; clientSecret: string } {
  const client = { clientId: `client-${String(clients++)}`, clientSecret: 'a client secret: with signs & spaces' }
  openid.registerClient({ ...client, redirectUris: [redirectUri], ...more })
  return client
}

function providersFor(
  url: string,
  mount = '',
): NonNullable<Exclude<AuthRouterOptions['providers'], unknown[] | ((...args: never[]) => unknown)>> {
  const callback = (slug: string): string => `${url}${mount}/auth/${slug}/callback`
  return {
    corp: { protocol: 'oidc', issuer: openid.issuer, apiBaseUrl: openid.apiBaseUrl, ...registerClient(callback('corp')) },
    plain: {
      protocol: 'oauth2',
      authorizationEndpoint: openid.authorizationEndpoint,
      tokenEndpoint: openid.tokenEndpoint,
      userinfoEndpoint: `${openid.apiBaseUrl}me`,
      apiBaseUrl: openid.apiBaseUrl,
      scope: ['profile', 'email', 'projects'],
      profile: {
        id: 'id',
        username: 'login',
        name: 'display_name',
        email: 'contact.email',
        emailVerified: 'contact.verified',
        picture: 'avatar_url',
      },
      ...registerClient(callback('plain')),
    },
    old: {
      protocol: 'oauth1',
      requestTokenEndpoint: oauth1.requestTokenEndpoint,
      authorizationEndpoint: oauth1.authorizationEndpoint,
      accessTokenEndpoint: oauth1.accessTokenEndpoint,
      userinfoEndpoint: oauth1.userinfoEndpoint,
      apiBaseUrl: oauth1.apiBaseUrl,
      clientId: 'bird-client',
      clientSecret: 'bird secret & more',
      signatureMethod: 'HMAC-SHA1',
      profile: { id: 'id', username: 'screen_name', name: 'name', email: 'email', picture: 'profile_image_url' },
    },
  }
}

describe.each(Object.entries(hosts))('on %s', (_name, host) => {
  describe.each([undefined, '/account'])('mounted at %s', (mountPath) => {
    test.each(['corp', 'plain', 'old'])('signs a person in with "%s", calls the API as them, and signs them out', async (slug) => {
      let app: ReturnType<typeof host> = () => undefined
      const { url, close } = await listen((req, res) => {
        app(req, res)
      })
      const mount = mountPath ?? ''
      const router = authRouter({ secret, baseUrl: url, logger: false, providers: providersFor(url, mount) })
      app = host({
        router,
        ...(mountPath === undefined ? {} : { mountPath }),
        handlers: {
          [`${mount}/me`]: (req, res) => {
            sendJson(res, req.authUser)
          },
          [`${mount}/projects`]: async (req, res) => {
            sendJson(res, await req.oauthClient.get('projects'))
          },
        },
      })
      try {
        const browser = createBrowser()
        const landed = await browser.go(`${url}${mount}/auth/${slug}?returnTo=${encodeURIComponent(`${mount}/me?x=1`)}`)
        expect(landed.url).toBe(`${url}${mount}/me?x=1`)
        const user = JSON.parse(landed.body) as AuthUser
        expect(user).toMatchObject({ provider: slug, name: 'Ada Example', email: 'ada@example.com' })
        expect(user.key).toBe(`${slug}$${user.id}`)
        expect(user.picture).toMatch(/^http:\/\/127\.0\.0\.1:/)

        const { data } = await browser.json<{ status: number; data: unknown }>(`${url}${mount}/projects`)
        expect(data.status).toBe(200)
        expect(data.data).toBeDefined()

        const signedOut = await browser.go(`${url}${mount}/auth/logout`, {
          method: 'POST',
          form: { returnTo: `${mount}/me` },
          headers: { 'sec-fetch-site': 'same-origin' },
        })
        expect(signedOut).toMatchObject({ url: `${url}${mount}/me`, body: 'null' })
        expect([...browser.cookies(new URL(url).host)]).toEqual([])
      } finally {
        await router.close()
        await close()
      }
    })
  })
})

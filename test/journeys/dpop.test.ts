import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { authRouter, type AuthRouter, type AuthRouterOptions, type ProviderEntry } from '../../middleware/index.js'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { testSecret } from '../support/application.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startDpopProvider, type DpopProvider } from '../support/dpopProvider.js'
import { hosts, listen, sendJson } from '../support/hosts.js'

/** Tokens bound to a key (RFC 9449) at `oidc-provider`, which wants its nonce in every proof, and at an API that checks proofs. */

let provider: DpopProvider

beforeAll(async () => {
  provider = await startDpopProvider()
})
afterAll(async () => {
  await provider.close()
})

interface App {
  url: string
  auth: AuthRouter
  /** Another process of the same application: nothing is kept but what the browser and the stores have. */
  restart: () => Promise<void>
  close: () => Promise<void>
}

let clients = 0

async function startApp(options: Partial<AuthRouterOptions> = {}): Promise<App> {
  let handle: Parameters<typeof listen>[0] = () => undefined
  const { url, close } = await listen((req, res) => {
    handle(req, res)
  })
  const client = { clientId: `bound-${String(clients++)}`, clientSecret: 'the secret of a client with bound tokens' }
  provider.registerClient({
    client_id: client.clientId,
    client_secret: client.clientSecret,
    redirect_uris: [`${url}/auth/corp/callback`, `${url}/auth/plain/callback`],
  })
  const common: ProviderEntry = { ...client, dpop: true, apiBaseUrl: provider.api.baseUrl, offline: true }
  const app: App = {
    url,
    auth: undefined as unknown as AuthRouter,
    async restart() {
      await (app.auth as AuthRouter | undefined)?.close()
      app.auth = authRouter({
        secret: testSecret,
        baseUrl: url,
        logger: false,
        providers: {
          corp: { ...common, protocol: 'oidc', issuer: provider.issuer },
          plain: {
            ...common,
            protocol: 'oauth2',
            authorizationEndpoint: provider.authorizationEndpoint,
            tokenEndpoint: provider.tokenEndpoint,
            revocationEndpoint: `${provider.issuer}/revoke`,
            userinfoEndpoint: `${provider.api.baseUrl}me`,
            scope: ['profile', 'email'],
            profile: { id: 'subject', name: 'subject' },
          },
        },
        ...options,
      })
      handle = hosts['Express 5']({
        router: app.auth,
        handlers: {
          '/me': (req, res) => {
            sendJson(res, req.authUser ?? null)
          },
          '/things': async (req, res) => {
            const { status, data } = await req.oauthClient.get('things', { query: { page: 2 } })
            sendJson(res, { status, data, tokenType: req.oauthClient.credentials.tokenType })
          },
          '/force': async (req, res) => {
            await req.oauthClient.credentials.refresh({ force: true })
            sendJson(res, {})
          },
        },
      })
    },
    async close() {
      await app.auth.close()
      await close()
    },
  }
  await app.restart()
  return app
}

for (const slug of ['corp', 'plain'])
  describe(`A login with bound tokens at ${slug}`, () => {
    let app: App
    let browser: Browser

    beforeEach(() => {
      browser = createBrowser()
      provider.calls.length = 0
      provider.api.judged.length = 0
    })
    afterEach(async () => {
      await app.close()
    })

    for (const [where, options] of [
      ['an encrypted cookie', () => ({})],
      ['a token store', () => ({ tokenStore: memoryTokenStore() })],
    ] as const)
      test(`signs in, calls the API, refreshes and goes on after a restart, with tokens in ${where}`, async () => {
        app = await startApp(options())
        expect((await browser.go(`${app.url}/auth/${slug}?returnTo=/me`)).status).toBe(200)
        const things = (): Promise<unknown> => browser.json(`${app.url}/things`).then(({ status, data }) => ({ status, data }))
        const right = { status: 200, data: { status: 200, data: { subject: 'ada-id' }, tokenType: 'DPoP' } }
        expect(await things()).toEqual(right)
        expect((await browser.json(`${app.url}/force`)).status).toBe(200)
        expect(await things()).toEqual(right)
        await app.restart()
        expect(await things()).toEqual(right)
        expect((await browser.json(`${app.url}/force`)).status).toBe(200)
        expect(await things()).toEqual(right)

        const proofs = provider.calls.flatMap(({ path, proof }) => (path === '/token' && proof !== undefined ? [proof] : []))
        const keys = new Set(proofs.map((proof) => JSON.stringify(decodeProtectedHeader(proof).jwk)))
        expect(keys.size).toBe(1)
        expect(new Set(proofs.map((proof) => decodeJwt(proof).jti)).size).toBe(proofs.length)
        const grants = provider.calls.filter(({ path, status }) => path === '/token' && status === 200).map(({ grant }) => grant)
        expect(grants).toEqual(['authorization_code', 'refresh_token', 'refresh_token'])
        // Two processes, and each asked for a nonce once.
        expect(provider.calls.filter(({ error }) => error === 'use_dpop_nonce')).toHaveLength(2)
        expect(provider.api.judged.filter(({ refusal }) => refusal !== '').map(({ refusal }) => refusal)).toEqual([
          'use_dpop_nonce',
          'use_dpop_nonce',
        ])
      })
  })

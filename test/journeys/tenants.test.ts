import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { authRouter, type ProviderEntry } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { entriesAt, startApplication, testSecret } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { sendJson } from '../support/hosts.js'

let openid: OpenidProvider
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
})
afterAll(async () => {
  await openid.close()
})

describe('Providers from a function', () => {
  test('are looked up for each request, signed in with, and called', async () => {
    const entries = new Map<string, ProviderEntry>()
    const asked: string[] = []
    const app = await startApplication(
      openid,
      {
        providers: (slug, req) => {
          asked.push(`${slug} at ${(req as IncomingMessage).url ?? ''}`)
          return Promise.resolve(entries.get(slug))
        },
      },
      {
        handlers: {
          '/projects': async (req, res) => {
            sendJson(res, (await req.oauthClient.get('projects')).status)
          },
        },
      },
    )
    try {
      entries.set('corp', entriesAt(openid, app.url).corp)
      const browser = createBrowser()
      expect((await browser.go(`${app.url}/auth/corp?returnTo=/me`)).body).toContain('Ada Example')
      expect((await browser.json(`${app.url}/projects`)).data).toBe(200)
      expect(asked[0]).toBe('corp at /auth/corp?returnTo=/me')
      expect((await browser.go(`${app.url}/auth/nobody`)).status).toBe(404)
      entries.set('broken', { protocol: 'oidc', issuer: 'not a URL', clientId: 'a', clientSecret: 'b' })
      expect((await browser.go(`${app.url}/auth/broken`)).body).toContain('config_invalid')
    } finally {
      await app.close()
    }
  })
})

describe('A bare server', () => {
  test('needs no framework', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    const auth = authRouter({ secret: testSecret, baseUrl: url, logger: false, providers: { corp: entriesAt(openid, url).corp } })
    server.on('request', (req, res) => {
      auth(req, res, () => {
        sendJson(res, (req as { authUser?: unknown }).authUser)
      })
    })
    try {
      expect(JSON.parse((await createBrowser().go(`${url}/auth/corp`)).body)).toMatchObject({ name: 'Ada Example' })
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })
})

describe('An address that is not known', () => {
  test("still reaches the application's own pages, but no sign-in", async () => {
    const app = await startApplication(openid, { baseUrl: ['https://one.example', 'https://two.example'] })
    try {
      expect(await createBrowser().go(`${app.url}/me`)).toMatchObject({ status: 200, body: 'null' })
      const page = await createBrowser().go(`${app.url}/auth/corp`)
      expect(page).toMatchObject({ status: 400 })
      expect(page.body).toContain('not one of those')
    } finally {
      await app.close()
    }
  })
})

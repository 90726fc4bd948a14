import { expect, test } from '@jest/globals'
import { startOpenidProvider } from '../../testing/index.js'
import { entriesAt, startApplication } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { sendJson } from '../support/hosts.js'

test("An OpenID Connect entry of one's own with offline: true has access that is refreshed", async () => {
  const openid = await startOpenidProvider({ signInAs: 'ada-id' })
  const app = await startApplication(
    openid,
    {},
    {
      handlers: {
        '/refresh': async (req, res) => {
          await req.oauthClient.credentials.refresh({ force: true })
          sendJson(res, true)
        },
      },
    },
  )
  try {
    const { corp } = entriesAt(openid, app.url)
    for (const [slug, offline] of [
      ['with', true],
      ['without', false],
    ] as const) {
      openid.registerClient({
        clientId: String(corp['clientId']),
        clientSecret: String(corp['clientSecret']),
        redirectUris: [`${app.url}/auth/${slug}/callback`],
      })
      app.router.register(slug, { ...corp, offline })
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/${slug}`)
      expect((await browser.json<{ name?: string }>(`${app.url}/me`)).data.name).toBe('Ada Example')
      const refreshed = await browser.go(`${app.url}/refresh`)
      expect({ slug, refreshed: refreshed.status === 200 && refreshed.body === 'true' }).toEqual({ slug, refreshed: offline })
    }
  } finally {
    await app.close()
    await openid.close()
  }
})

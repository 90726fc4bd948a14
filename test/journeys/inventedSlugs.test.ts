import { expect, test } from '@jest/globals'
import { authRouter } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen } from '../support/hosts.js'
import { sendJson, startServer } from '../support/unitServer.js'

test('Logins under invented slugs that all mean one entry make one discovery', async () => {
  const id = await startServer((_request, res) => {
    sendJson(res, {
      issuer: id.origin,
      authorization_endpoint: `${id.origin}/authorize`,
      token_endpoint: `${id.origin}/token`,
      jwks_uri: `${id.origin}/jwks`,
    })
  })
  const entry = { protocol: 'oidc', issuer: id.origin, clientId: 'a', clientSecret: 'b' } as const
  const router = authRouter({ secret: testSecret, logger: false, providers: () => entry })
  const app = await listen(hosts['Express 5']({ router }))
  try {
    for (let count = 0; count < 50; count++) {
      const start = await createBrowser().go(`${app.url}/auth/invented-${String(count)}`, { follow: false })
      expect(start.headers.get('location')).toContain(`${id.origin}/authorize`)
      expect(start.headers.get('location')).toContain(encodeURIComponent(`/auth/invented-${String(count)}/callback`))
    }
    expect(id.received).toHaveLength(1)
  } finally {
    await router.close()
    await app.close()
    await id.close()
  }
})

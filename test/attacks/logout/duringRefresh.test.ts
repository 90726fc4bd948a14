import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { memoryTokenStore } from '../../../lib/stores/memory.js'
import { createBrowser } from '../../support/browser.js'
import { startLogoutSite } from '../../support/logoutSite.js'
import { startSigningProvider, type SigningProvider } from '../../support/signingProvider.js'

/** Case 105: a provider ends a session whose tokens are just being refreshed. */

let provider: SigningProvider
beforeAll(async () => {
  provider = await startSigningProvider()
})
afterAll(async () => {
  await provider.close()
})

test.each([
  ['in the same process', 0],
  ['in another process', 1],
])('what a refresh brings after a logout %s is not written, and is revoked', async (_where, process) => {
  // Due at once.
  provider.expiresIn = 0
  provider.revoked = []
  const tokenStore = memoryTokenStore()
  const written: string[] = []
  const watched: typeof tokenStore = {
    ...tokenStore,
    async set(key, record, options) {
      const isWritten = await tokenStore.set(key, record, options)
      if (isWritten && key.includes(':tokens:')) written.push(key)
      return isWritten
    },
  }
  const sites = [await startLogoutSite(provider, { tokenStore: watched }), await startLogoutSite(provider, { tokenStore: watched })]
  const [site] = sites
  if (!site) throw new Error('There is no site')
  try {
    const browser = await site.signIn()
    let release = (): void => undefined
    const asked = new Promise<void>((resolve) => {
      provider.beforeTokens = () => {
        resolve()
        return new Promise((go) => {
          release = go
        })
      }
    })
    const call = browser.json(`${site.url}/api`)
    await asked
    const before = written.length
    expect((await sites[process]?.logOut(await provider.logoutToken()))?.status).toBe(200)
    release()
    provider.beforeTokens = () => Promise.resolve()
    await call
    for (const one of sites) await one.router.close()
    expect(written.length).toBe(before)
    expect(provider.revoked.filter((token) => token.startsWith('canary-refresh')).length).toBeGreaterThanOrEqual(2)
    for (const one of sites) {
      const copy = createBrowser()
      for (const [name, value] of browser.cookies(new URL(site.url).host)) copy.cookies(new URL(one.url).host).set(name, value)
      expect(await one.me(copy)).toBe(null)
    }
  } finally {
    for (const one of sites) await one.close()
    provider.expiresIn = 3600
  }
})

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeJwt } from 'jose'
import { startDpopApplication, type DpopApplication } from '../support/dpopApplication.js'
import { createBrowser, type Browser } from '../support/browser.js'
import { startDpopProvider, type DpopProvider } from '../support/dpopProvider.js'
import { privateKeysIn, publicKeysOf } from '../support/privateKeys.js'
import { describeModes, type StartedMode } from '../support/sessionModes.js'

/**
 * Case 283: the life of tokens that are bound to a key (RFC 9449), at `oidc-provider`, which wants its nonce in every proof, and at an API
 * that checks proofs.
 */

let provider: DpopProvider

beforeAll(async () => {
  provider = await startDpopProvider()
})
afterAll(async () => {
  await provider.close()
})
beforeEach(() => {
  provider.calls.length = 0
  provider.api.judged.length = 0
})

const sameOrigin = { 'sec-fetch-site': 'same-origin' }

function proofs(): string[] {
  return provider.calls.flatMap(({ proof }) => (proof === undefined ? [] : [proof]))
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo())
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
}

describeModes((mode) => {
  let started: StartedMode
  let app: DpopApplication
  let browser: Browser

  beforeAll(async () => {
    started = await mode.start()
  })
  afterAll(async () => {
    await started.close()
  })
  beforeEach(async () => {
    await started.clear()
    app = await startDpopApplication(provider, { options: () => started.options, before: started.before })
    browser = createBrowser()
  })
  afterEach(async () => {
    await app.close()
  })

  test.each(['corp', 'plain'])(
    'a login at %s has one key, through API calls, refreshes, a restart and the sign-out, and nobody sees it',
    async (slug) => {
      const pages: string[] = []
      const things = async (): Promise<unknown> => {
        const { status, data } = await browser.json(`${app.url}/things`)
        pages.push(JSON.stringify(data), [...browser.cookies(new URL(app.url).host).values()].join('\n'), await started.raw())
        return { status, data }
      }
      const right = { status: 200, data: { status: 200, data: { subject: 'ada-id' }, tokenType: 'DPoP' } }
      pages.push((await browser.go(`${app.url}/auth/${slug}?returnTo=/me`)).body)
      expect(pages[0]).toContain('ada-id')
      expect(await things()).toEqual(right)
      expect((await browser.json(`${app.url}/force`)).status).toBe(200)
      expect(await things()).toEqual(right)
      await app.restart()
      expect(await things()).toEqual(right)
      // The first may find what the other process has refreshed already.
      for (let refresh = 0; refresh < 2; refresh++) expect((await browser.json(`${app.url}/force`)).status).toBe(200)
      expect(await things()).toEqual(right)

      const keys = publicKeysOf(proofs())
      expect(keys.size).toBe(1)
      expect(new Set(proofs().map((proof) => decodeJwt(proof).jti)).size).toBe(proofs().length)
      const grants = provider.calls.filter(({ path, status }) => path === '/token' && status === 200).map(({ grant }) => grant)
      expect(grants.slice(0, 3)).toEqual(['authorization_code', 'refresh_token', 'refresh_token'])
      // Of the provider and of the API each, once by each of the two processes.
      expect(provider.calls.filter(({ error }) => error !== '').map(({ error }) => error)).toEqual(['use_dpop_nonce', 'use_dpop_nonce'])
      expect(provider.api.judged.map(({ refusal }) => refusal).filter(Boolean)).toEqual(['use_dpop_nonce', 'use_dpop_nonce'])

      await browser.go(`${app.url}/auth/logout`, { method: 'POST', headers: sameOrigin, follow: false })
      await until(() => provider.calls.filter(({ path, status }) => path === '/revoke' && status === 200).length === 2)
      expect((await browser.go(`${app.url}/things`)).status).toBe(401)

      pages.push(...browser.setCookies, ...app.written)
      expect(app.written.join('\n')).toContain('ApiClient')
      expect(privateKeysIn(pages.join('\n'), keys)).toEqual([])
    },
  )
})

describe('What looks for keys', () => {
  test('finds one in a longer text', async () => {
    const seen: string[] = []
    const app = await startDpopApplication(provider, {
      options: () => ({
        hooks: {
          onTokens: ({ tokens }) => {
            seen.push(JSON.stringify({ tokens }))
          },
        },
      }),
    })
    await createBrowser().go(`${app.url}/auth/corp?returnTo=/me`)
    await app.close()
    expect(privateKeysIn(`${seen.join()}x`, publicKeysOf(proofs()))).toHaveLength(1)
  })
})

import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { memoryTokenStore, memoryUserStore } from '../../lib/stores/index.js'
import type { Tokens } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { sendJson } from '../support/hosts.js'

/** Sealed credentials of an account whose tokens belong to its user (`keepTokens: 'user'`). */

let openid: OpenidProvider
let app: Application
let tokens: Tokens

beforeEach(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id', accessTokenLifetime: 3600, rotateRefreshTokens: true })
  app = await startApplication(
    openid,
    {
      tokenStore: memoryTokenStore(),
      userStore: memoryUserStore(),
      keepTokens: 'user',
      hooks: { onTokens: (event) => void (tokens = event.tokens) },
    },
    {
      handlers: {
        '/sealed': (req, res) => {
          sendJson(res, [(req as unknown as { user: { id: string } }).user.id, req.oauthClient.credentials.seal()])
        },
      },
    },
  )
})
afterEach(async () => {
  jest.restoreAllMocks()
  await app.close()
  await openid.close()
})

test('a refusal that a job with sealed credentials meets is known to all that work with the account', async () => {
  const browser = createBrowser()
  await browser.go(`${app.url}/auth/plain`)
  const [id = '', text = ''] = (await browser.json<string[]>(`${app.url}/sealed`)).data
  const told: unknown[] = []
  app.router.on('error', (event) => told.push(event))
  // A refresh behind the application's back: the provider takes the next one, with the token used already, for theft.
  await app.router.client('plain', tokens).credentials.refresh({ force: true })
  const now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now + 3601_000)
  const job = app.router.client('plain', text)
  await expect(job.get('projects')).rejects.toMatchObject({ code: 'reauth_required' })
  expect(job.credentials.reauthRequired).toBe(true)
  expect(told).toEqual([expect.objectContaining({ provider: 'plain', user: expect.objectContaining({ id: 'ada-id' }) as unknown })])
  const asked = openid.requests.filter(({ path }) => path.endsWith('/token')).length
  const other = app.router.client('plain', { user: id })
  await expect(other.get('projects')).rejects.toMatchObject({ code: 'reauth_required' })
  expect(other.credentials.reauthRequired).toBe(true)
  expect(openid.requests.filter(({ path }) => path.endsWith('/token'))).toHaveLength(asked)
})

import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ProviderEntry } from '../../middleware/index.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/index.js'
import { startApplication, type Application } from '../support/application.js'
import { createBrowser } from '../support/browser.js'

const client = { clientId: 'a', clientSecret: 'canary-secret of a tenant' }
const entries = new Map<string, ProviderEntry>()

let openid: OpenidProvider
let app: Application
let inner: Server
let port: number
let connections = 0
beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
  inner = createServer((socket) => {
    connections++
    socket.destroy()
  })
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
  port = (inner.address() as AddressInfo).port
  app = await startApplication(openid, { providers: (slug) => entries.get(slug) })
})
afterAll(async () => {
  await app.close()
  await openid.close()
  inner.close()
})

const json = { accept: 'application/json' }

describe('An entry of a tenant', () => {
  test.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433'])('whose issuer is at %s reaches nothing there', async (host) => {
    entries.set('tenant', { protocol: 'oidc', issuer: `https://${host}:${String(port)}`, ...client })
    const answer = await createBrowser().go(`${app.url}/auth/tenant`, { headers: json })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'discovery_failed', provider: 'tenant' })
    expect(connections).toBe(0)
  })

  test('of OAuth 1.0a sends no request for a token there', async () => {
    entries.set('old', {
      protocol: 'oauth1',
      requestTokenEndpoint: `https://127.0.0.1:${String(port)}/r`,
      authorizationEndpoint: 'https://id.example/a',
      accessTokenEndpoint: 'https://id.example/t',
      userinfoEndpoint: 'https://id.example/me',
      profile: { id: 'id' },
      ...client,
    })
    const answer = await createBrowser().go(`${app.url}/auth/old`, { headers: json })
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'discovery_failed' })
    expect(connections).toBe(0)
  })

  test.each([
    ['with a secret in the header', {}],
    ['with a secret in the form', { clientAuth: 'post' }],
    ['of a public client', { clientAuth: 'none', clientSecret: undefined }],
  ])('of OAuth 2.0, %s, sends no code there', async (_what, options) => {
    entries.set('plain', {
      protocol: 'oauth2',
      authorizationEndpoint: 'https://id.example/a',
      tokenEndpoint: `https://127.0.0.1:${String(port)}/t`,
      userinfoEndpoint: 'https://id.example/me',
      profile: { id: 'id' },
      ...client,
      ...options,
    } as ProviderEntry)
    const browser = createBrowser()
    const start = await browser.go(`${app.url}/auth/plain`, { follow: false })
    const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? ''
    const answer = await browser.go(`${app.url}/auth/plain/callback?code=canary-code&state=${state}`, { headers: json })
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'discovery_failed', provider: 'plain' })
    expect(connections).toBe(0)
  })
})

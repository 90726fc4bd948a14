import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createBrowser } from '../support/browser.js'
import { startDpopProvider, type DpopProvider } from '../support/dpopProvider.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { describeWith } from '../support/parts.js'
import { publicKeysOf } from '../support/privateKeys.js'
import { startRedis } from '../support/redis.js'
import { rounds } from '../support/rounds.js'
import { application, slug, type ProviderPlace } from './application.js'
import { openStore, type StorePlace } from './openStore.js'
import type { Outcomes } from './worker.js'
import { startProcesses, type Process } from './workerProcess.js'

/**
 * Processes that share tokens share their key: at a provider that binds refresh tokens to it (a public client, RFC 9449 section 5), replaces
 * them at each use and wants its nonce in every proof.
 */

let provider: DpopProvider

beforeAll(async () => {
  provider = await startDpopProvider()
})
afterAll(async () => {
  await provider.close()
})

interface SignIn {
  place: ProviderPlace
  sealed: string
}

/** Signs in at an application of this process, and hands on the credentials. */
async function signIn(storePlace: StorePlace): Promise<SignIn> {
  const place: ProviderPlace = {
    tokenEndpoint: provider.tokenEndpoint,
    apiBaseUrl: provider.api.baseUrl,
    more: {
      clientId: 'bound-in-four',
      clientAuth: 'none',
      dpop: true,
      scope: ['profile'],
      userinfoEndpoint: `${provider.api.baseUrl}me`,
      profile: { id: 'subject' },
    },
  }
  const { store, close } = await openStore(storePlace)
  let handle: Parameters<typeof listen>[0] = () => undefined
  const app = await listen((req, res) => {
    handle(req, res)
  })
  provider.registerClient({
    client_id: 'bound-in-four',
    token_endpoint_auth_method: 'none',
    redirect_uris: [`${app.url}/auth/${slug}/callback`],
  })
  const auth = application(place, { tokenStore: store, options: { baseUrl: app.url } })
  handle = hosts['Express 5']({
    router: auth,
    handlers: {
      '/seal': async ({ oauthClient }, res) => {
        sendJson(res, { status: (await oauthClient.get('x')).status, sealed: oauthClient.credentials.seal() })
      },
    },
  })
  const page = await createBrowser().go(`${app.url}/auth/${slug}?returnTo=/seal`)
  expect(page.body).toContain('200')
  const { sealed } = JSON.parse(page.body) as { sealed: string }
  await auth.close()
  await app.close()
  await close()
  return { place, sealed }
}

/** Rounds in which the access token is refused to all processes at once. */
async function playRounds(storePlace: StorePlace): Promise<void> {
  const times = rounds({ short: 5, long: 40 })
  provider.calls.length = 0
  const { place, sealed } = await signIn(storePlace)
  const processes: Process[] = await startProcesses(4, { provider: place, store: storePlace, timeout: 20_000 })
  const before = provider.calls.length
  const outcomes: Outcomes = {}
  const refreshes = (): number => provider.calls.slice(before).filter(({ path, status }) => path === '/token' && status === 200).length
  try {
    for (let round = 1; round <= times; round++) {
      provider.api.endToken()
      provider.api.changeNonce()
      for (const answered of await Promise.all(processes.map((process) => process.call(sealed, 25)))) {
        for (const [outcome, count] of Object.entries(answered)) outcomes[outcome] = (outcomes[outcome] ?? 0) + count
      }
      expect(refreshes()).toBe(round)
    }
  } finally {
    await Promise.all(processes.map((process) => process.stop()))
  }
  expect(outcomes).toEqual({ 200: times * 100 })
  expect(new Set(provider.calls.slice(before).map(({ error }) => error))).toEqual(new Set(['', 'use_dpop_nonce']))
  expect(publicKeysOf(provider.calls.map(({ proof }) => proof)).size).toBe(1)
}

test('Four processes on SQLite refresh bound tokens once a round, with the key of the login', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'authrouter-dpop-'))
  try {
    await playRounds({ engine: 'sqlite', file: join(folder, 'tokens.db') })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describeWith('redis-server', 'With Redis', () => {
  test('four processes refresh bound tokens once a round, with the key of the login', async () => {
    const { url, stop } = await startRedis()
    try {
      await playRounds({ engine: 'redis', url })
    } finally {
      await stop()
    }
  })
})

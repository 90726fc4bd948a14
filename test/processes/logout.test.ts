import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { createBrowser, type Browser } from '../support/browser.js'
import { startChild } from '../support/childProcess.js'
import { describeWith, type Part } from '../support/parts.js'
import { startPostgres } from '../support/postgres.js'
import { startRedis } from '../support/redis.js'
import { rounds } from '../support/rounds.js'
import { startSigningProvider, type SigningProvider } from '../support/signingProvider.js'
import type { LogoutServerSettings } from './logoutServer.js'

/** A logout that a provider tells one of four processes of is seen by all of them within a second. */

const times = rounds({ short: 5, long: 30 })
const processes = 4

let provider: SigningProvider
beforeAll(async () => {
  provider = await startSigningProvider()
})
afterAll(async () => {
  await provider.close()
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function startServers(settings: Omit<LogoutServerSettings, 'issuer'>): Promise<string[]> {
  return await Promise.all(
    Array.from({ length: processes }, async () => {
      const args = [JSON.stringify({ issuer: provider.issuer, ...settings } satisfies LogoutServerSettings)]
      const { tell, stop } = await startChild('test/processes/logoutServer.ts', { args })
      closing.push(stop)
      return String(await tell({}))
    }),
  )
}

async function onRedis(): Promise<string> {
  const { url, stop } = await startRedis()
  closing.push(stop)
  return url
}

const kinds: [string, Part | undefined, () => Promise<Omit<LogoutServerSettings, 'issuer'>>][] = [
  ['encrypted cookies and Redis', 'redis-server', async () => ({ tokens: { engine: 'redis', url: await onRedis() } })],
  [
    'express-session on Redis and Postgres',
    'postgresql',
    async () => {
      const { connectionString, stop } = await startPostgres()
      closing.push(stop)
      return { tokens: { engine: 'postgres', connectionString }, sessions: await onRedis() }
    },
  ],
  [
    'encrypted cookies and SQLite',
    undefined,
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'logout-'))
      closing.push(() => {
        rmSync(folder, { recursive: true })
      })
      return Promise.resolve({ tokens: { engine: 'sqlite', file: join(folder, 'tokens.db') } })
    },
  ],
]

for (const [name, needs, place] of kinds) {
  describeWith(needs, `With ${name}`, () => {
    test(`each of ${String(processes)} processes sees a logout that another was told of, ${String(times)} times over`, async () => {
      const urls = await startServers(await place())
      const seenAfter: number[] = []
      for (let round = 0; round < times; round++) {
        provider.user = { sub: 'ada', sid: `session-${String(round)}` }
        const browser = await signedIn(urls[round % processes] ?? '', urls)
        expect(await whoAt(urls, browser)).toEqual(urls.map(() => 'ada'))
        const { status } = await tellOf(urls[(round + 1) % processes] ?? '', await provider.logoutToken({ sub: undefined }))
        const told = performance.now()
        expect(status).toBe(200)
        expect(await whoAt(urls, browser)).toEqual(urls.map(() => null))
        seenAfter.push(performance.now() - told)
      }
      expect(Math.max(...seenAfter)).toBeLessThan(1_000)
    }, 120_000)
  })
}

/** A browser whose cookies go to every process, as behind a balancer. */
async function signedIn(at: string, urls: readonly string[]): Promise<Browser> {
  const browser = createBrowser()
  await browser.go(`${at}/auth/corp`)
  const cookies = browser.cookies(new URL(at).host)
  for (const url of urls) for (const [cookie, value] of cookies) browser.cookies(new URL(url).host).set(cookie, value)
  return browser
}

async function whoAt(urls: readonly string[], browser: Browser): Promise<(string | null)[]> {
  return await Promise.all(urls.map(async (url) => (await browser.json<string | null>(`${url}/me`)).data))
}

async function tellOf(url: string, logoutToken: string): Promise<Response> {
  return await fetch(`${url}/auth/corp/backchannel-logout`, { method: 'POST', body: new URLSearchParams({ logout_token: logoutToken }) })
}

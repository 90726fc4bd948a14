import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startOauth1Provider, startOpenidProvider, type Oauth1Provider, type OpenidProvider } from '../../testing/index.js'
import { entriesAt } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { startChild, type ChildProcess } from '../support/childProcess.js'
import type { DebugSettings } from './debugApplication.js'

const secret = 'canary-secret-of-the-application-long-enough'
const bird = { clientId: 'bird-client', clientSecret: 'canary-bird-secret' }

let openid: OpenidProvider
let oauth1: Oauth1Provider
const started: ChildProcess<DebugSettings, { url: string }>[] = []

beforeAll(async () => {
  openid = await startOpenidProvider({ signInAs: 'ada-id' })
  oauth1 = await startOauth1Provider({ signInAs: 'ada-id', clients: [bird] })
})
afterAll(async () => {
  // A test that failed has left its own behind.
  await Promise.all([...started.map((child) => child.kill()), openid.close(), oauth1.close()])
})

/** Every value of an address that is the login's own. */
function secretsOf(location: string): string[] {
  const { searchParams } = new URL(location)
  return ['code', 'state', 'nonce', 'oauth_token', 'oauth_verifier'].flatMap((name) => searchParams.getAll(name))
}

/** A cookie in every form that a log could have it in: of express-session, id and signature too. */
function secretsOfCookie(line: string): string[] {
  const value = decodeURIComponent(line.slice(line.indexOf('=') + 1).split(';')[0] ?? '')
  return [value, encodeURIComponent(value), ...(value.startsWith('s:') ? value.slice(2).split('.') : [])].filter((part) => part.length > 12)
}

test.each([
  'sealed cookie',
  'sealed cookie and token store',
  'mounted express-session',
  'mounted express-session, all in it',
  'mounted express-session and token store',
  "an express-session of the application's own",
])(
  'DEBUG=* prints nothing of a sign-in that is secret: %s',
  async (mode) => {
    const app = await startChild<DebugSettings, { url: string }>('test/processes/debugApplication.ts', {
      args: [mode],
      env: { DEBUG: '*' },
    })
    started.push(app)
    const { url } = app.ready
    const { corp, plain } = entriesAt(openid, url)
    await app.tell({
      secret,
      providers: {
        corp,
        plain,
        old: {
          protocol: 'oauth1',
          requestTokenEndpoint: oauth1.requestTokenEndpoint,
          authorizationEndpoint: oauth1.authorizationEndpoint,
          accessTokenEndpoint: oauth1.accessTokenEndpoint,
          userinfoEndpoint: oauth1.userinfoEndpoint,
          apiBaseUrl: oauth1.apiBaseUrl,
          ...bird,
          signatureMethod: 'HMAC-SHA1',
          profile: { id: 'id', username: 'screen_name' },
        },
      },
    })
    const browser = createBrowser()
    const secrets = [
      secret,
      bird.clientSecret,
      corp['clientSecret'] as string,
      Buffer.from(`${String(plain['clientId'])}:${String(plain['clientSecret'])}`).toString('base64'),
    ]
    for (const slug of ['corp', 'plain', 'old']) {
      const { body } = await browser.go(`${url}/auth/${slug}?returnTo=/page`, {
        follow: (location) => {
          secrets.push(...secretsOf(location))
          return true
        },
      })
      const page = JSON.parse(body) as { status: number; secrets: string[] }
      expect(page.status).toBe(200)
      secrets.push(...page.secrets)
    }
    await browser.go(`${url}/auth/corp/callback?code=canary-code-of-a-stranger&state=canary-state-of-a-stranger`)
    await browser.go(`${url}/auth/logout`, { method: 'POST', follow: false, headers: { 'sec-fetch-site': 'same-origin' } })
    secrets.push('canary-code-of-a-stranger', 'canary-state-of-a-stranger', ...browser.setCookies.flatMap(secretsOfCookie))

    await app.stop()
    // What the application's own express-session says is the application's own: DEBUG was its wish.
    const lines = app
      .printed()
      .split('\n')
      .filter((line) => !mode.startsWith('an ') || !line.includes('express-session'))
    expect(lines.filter((line) => line.includes('authrouter')).length).toBeGreaterThan(6)
    expect(lines.filter((line) => secrets.some((text) => line.includes(text)))).toEqual([])
    expect(secrets.length).toBeGreaterThan(20)
  },
  120_000,
)

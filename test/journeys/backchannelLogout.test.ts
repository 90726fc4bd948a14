import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { AuthRouterOptions } from '../../middleware/index.js'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import type { AppParts } from '../support/hosts.js'
import { startLogoutSite, type LogoutSite } from '../support/logoutSite.js'
import { describeWith } from '../support/parts.js'
import { sessionModes } from '../support/sessionModes.js'
import { clientId, logoutEvent, startSigningProvider, type SigningProvider } from '../support/signingProvider.js'

/** A provider ends sessions past the browser (OpenID Connect Back-Channel Logout 1.0): section H of the threat model, cases 97 to 103. */

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
  provider.user = { sub: 'ada', sid: 'session-1' }
  provider.revoked = []
})

async function start(options: Partial<AuthRouterOptions> = {}, parts: Partial<AppParts> = {}): Promise<LogoutSite> {
  const site = await startLogoutSite(provider, options, parts)
  closing.push(site.close)
  return site
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}

describe('OpenID Foundation: back-channel logout', () => {
  test('oidcc-client-test-rp-backchannel-rpinitlogout: ends the session, with 200 and no-store', async () => {
    const site = await start()
    const browser = await site.signIn()
    expect(await site.me(browser)).toBe('ada')
    const { status, body, headers } = await site.logOut(await provider.logoutToken())
    expect([status, body, headers.get('cache-control')]).toEqual([200, '', 'no-store'])
    expect(await site.me(browser)).toBe(null)
  })

  const past = now() - 3700
  const unsigned = (token: string): string =>
    `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'logout+jwt' })).toString('base64url')}.${token.split('.')[1] ?? ''}.`

  test.each<[string, () => Promise<string>]>([
    ['oidcc-client-test-rp-backchannel-rpinitlogout-alg-none', async () => unsigned(await provider.logoutToken())],
    ['oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg', () => signedBySecret()],
    ['oidcc-client-test-rp-backchannel-rpinitlogout-no-event', () => provider.logoutToken({ events: undefined })],
    ['oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event', () => provider.logoutToken({ events: { [`${logoutEvent}s`]: {} } })],
    ['oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce', () => provider.logoutToken({ nonce: 'n' })],
    ['oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud', () => provider.logoutToken({ aud: 'another' })],
    ['oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss', () => provider.logoutToken({ iss: 'https://id.example' })],
    ['neither sub nor sid', () => provider.logoutToken({ sub: undefined, sid: undefined })],
    ['no iat', () => provider.logoutToken({ iat: undefined })],
    ['iat in the future', () => provider.logoutToken({ iat: now() + 300, exp: now() + 600 })],
    ['issued long ago', () => provider.logoutToken({ iat: past })],
    ['no exp', () => provider.logoutToken({ exp: undefined })],
    ['expired', () => provider.logoutToken({ iat: now() - 200, exp: now() - 100 })],
    ['no jti', () => provider.logoutToken({ jti: undefined })],
    ['an empty jti', () => provider.logoutToken({ jti: '' })],
    ['events as text', () => provider.logoutToken({ events: logoutEvent })],
    ['an ID Token', () => provider.sign({ aud: clientId, sub: 'ada', sid: 'session-1', iat: now(), exp: now() + 60, nonce: 'n' })],
    ['another type', () => provider.logoutToken({}, { typ: 'at+jwt' })],
    ['of another key', () => provider.logoutToken({}, { kid: 'wrong' })],
  ])('%s is refused, and no session ends', async (_name, made) => {
    const site = await start()
    const browser = await site.signIn()
    const { status, body, headers } = await site.logOut(await made())
    expect([status, JSON.parse(body), headers.get('cache-control')]).toMatchObject([400, { error: 'invalid_request' }, 'no-store'])
    expect(await site.me(browser)).toBe('ada')
    expect((await site.logOut(await provider.logoutToken())).status).toBe(200)
  })
})

for (const mode of sessionModes) {
  describeWith(mode.needs, `With ${mode.name}`, () => {
    test('the session of a sid ends, and no other', async () => {
      const started = await mode.start()
      closing.push(started.close)
      const site = await start({ tokenStore: memoryTokenStore(), ...started.options }, { before: started.before() })
      const first = await site.signIn()
      provider.user = { sub: 'ada', sid: 'session-2' }
      const second = await site.signIn()
      expect((await site.logOut(await provider.logoutToken({ sub: undefined, sid: 'session-1' }))).status).toBe(200)
      expect([await site.me(first), await site.me(second)]).toEqual([null, 'ada'])
      expect((await site.logOut(await provider.logoutToken({ sub: 'ada', sid: undefined }))).status).toBe(200)
      expect(await site.me(second)).toBe(null)
    })
  })
}

async function signedBySecret(): Promise<string> {
  const { SignJWT, decodeJwt } = await import('jose')
  const claims = decodeJwt(await provider.logoutToken())
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'logout+jwt' })
    .sign(new TextEncoder().encode('canary-client-secret of the tests'))
}

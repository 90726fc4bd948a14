import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { AuthUser } from '../../middleware/index.js'
import { startLogoutSite, type LogoutSite } from '../support/logoutSite.js'
import { startSigningProvider, type SigningProvider } from '../support/signingProvider.js'

/** Sign-outs that a provider causes, in the audit trail. */

let provider: SigningProvider
let site: LogoutSite
let told: (Record<string, unknown> & { event: string })[]

beforeAll(async () => {
  provider = await startSigningProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  told = []
  const note = (event: object): void => {
    told.push(event as (typeof told)[number])
  }
  site = await startLogoutSite(provider, { logger: { debug: note, info: note, warn: note, error: note } })
})
afterEach(async () => {
  await site.close()
  provider.user = { sub: 'ada', sid: 'session-1' }
})

const trail = (): typeof told => told.filter(({ event }) => ['login', 'logout', 'provider_logout_of_nobody'].includes(event))
const ofNobody = { event: 'provider_logout_of_nobody', provider: 'corp' }

test.each([
  ['past the browser', async () => (await site.logOut(await provider.logoutToken())).status],
  [
    'in a frame',
    async () => {
      const query = new URLSearchParams({ iss: provider.issuer, sid: 'session-1' })
      return (await fetch(`${site.url}/auth/corp/frontchannel-logout?${query.toString()}`)).status
    },
  ],
])('a session that its provider ends %s is told of once, with who it was', async (_how, end) => {
  await site.signIn()
  expect([await end(), await end()]).toEqual([200, 200])
  const [login, ...rest] = trail()
  expect(login).toEqual({ event: 'login', provider: 'corp', user: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown })
  expect(rest).toEqual([{ event: 'logout', provider: 'corp', user: login?.['user'], endedBy: 'provider' }, ofNobody])
})

test('all sessions of a user are one entry each', async () => {
  await site.signIn()
  provider.user = { sub: 'ada', sid: 'session-2' }
  await site.signIn()
  await site.logOut(await provider.logoutToken({ sub: 'ada', sid: undefined }))
  expect(trail().map(({ event, endedBy }) => [event, endedBy])).toEqual([
    ['login', undefined],
    ['login', undefined],
    ['logout', 'provider'],
    ['logout', 'provider'],
  ])
})

test('a user who has been signed out everywhere is not signed out again', async () => {
  let user: AuthUser | undefined
  site.router.on('login', (event) => {
    user = event.user
  })
  await site.signIn()
  expect(await site.router.logoutEverywhere(user?.key ?? '')).toBe(1)
  await site.logOut(await provider.logoutToken())
  expect(trail().slice(1)).toEqual([ofNobody])
})

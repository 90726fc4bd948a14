import { afterEach, expect, test } from '@jest/globals'
import { resolveConfig } from '../../lib/config/resolveConfig.js'
import { login } from '../../lib/login.js'
import type { ProviderEntry } from '../../middleware/index.js'
import { catalogue } from '../../providers/index.js'
import { createBrowser } from '../support/browser.js'
import { startOwnSite } from '../support/cas/application.js'
import { startCasServer } from '../support/cas/server.js'
import { contextFor } from '../support/context.js'
import { readFixture } from './fixtures.js'

const close: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(close.splice(0).map((end) => end()))
})

const resolve = (entry: ProviderEntry) => resolveConfig({ providers: { cas: entry } }, { catalogue, env: {}, warn: () => undefined })

test('signs its documented person in, by the addresses of the server that the entry names', async () => {
  const { user: expected, userinfo } = readFixture('cas')
  const server = await startCasServer()
  const { user, attributes } = userinfo as { user: string; attributes: Record<string, unknown> }
  server.typesPassword = { user, attributes }
  const site = await startOwnSite({ providers: { cas: { server: 'cas.school.example/cas', ...server.options } } })
  close.push(site.close, server.close)
  const browser = createBrowser()
  await browser.go(`${site.url}/auth/cas`)
  expect((await browser.json(`${site.url}/me`)).data).toMatchObject({ ...expected, raw: userinfo })
})

test('leads to the server of the entry, or to the one that the user names', async () => {
  const addressOf = async (registration: Parameters<typeof contextFor>[0]): Promise<string> =>
    (await login(contextFor(registration))).location.replace(/%3Fstate%3D[\w-]{43}$/, '')
  const named = resolve({ server: 'cas.school.example/cas' }).registrations.get('cas')
  const callback = encodeURIComponent('https://app.example/auth/invented/callback')
  expect(await addressOf(named)).toBe(`https://cas.school.example/cas/login?service=${callback}`)
  const asked = resolve({ ask: ['server'], allow: ['login.other.example'] }).registrations.get('cas')
  expect(asked?.ask?.read({ server: 'evil.example' })).toEqual({ refused: 'server' })
  expect(await addressOf(await asked?.ask?.registrationFor({ server: 'login.other.example' }, 'visitor'))).toBe(
    `https://login.other.example/login?service=${callback}`,
  )
})

test.each<[ProviderEntry, string]>([
  [{}, 'providers.cas.server is missing: set it, or the environment variable CAS_SERVER; it is Host of the CAS server, with its path.'],
  [{ ask: ['server'] }, 'providers.cas.allow is missing: server is a host that users choose'],
  [{ server: 'cas.example', clientId: 'app' }, "providers.cas.clientId is not read by the protocol 'cas': leave it out"],
  [{ server: 'cas.example', scope: ['openid'] }, "providers.cas.scope is not read by the protocol 'cas': leave it out"],
])('refuses %j', (entry, message) => {
  expect(() => resolve(entry)).toThrow(message)
})

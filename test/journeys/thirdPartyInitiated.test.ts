import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { authRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser, type Browser, type Page } from '../support/browser.js'
import { hosts, sendJson } from '../support/hosts.js'
import { startSite } from '../support/site.js'
import { startStepUpProvider, type StepUpProvider } from '../support/stepUpProvider.js'

/** A login that another site starts (OpenID Connect Core section 4), such as a provider's list of applications. */

let provider: StepUpProvider
let browser: Browser
let url: string
let close: () => Promise<void>

async function start(
  options: Partial<AuthRouterOptions> = {},
  entry: Record<string, unknown> = { thirdPartyInitiated: true },
): Promise<void> {
  provider = await startStepUpProvider()
  const site = await startSite(
    (url) => ({
      providers: { corp: { ...provider.entry(`${url}/auth/corp/callback`), ...entry } },
      returnToOrigins: ['https://other.example'],
      ...options,
    }),
    (router) =>
      hosts['Express 5']({
        router,
        handlers: {
          '/deep': (req, res) => {
            sendJson(res, { id: req.authUser?.id, at: req.url })
          },
          '/': (req, res) => {
            sendJson(res, { id: req.authUser?.id, at: req.url })
          },
        },
      }),
  )
  url = site.url
  close = async () => {
    await site.close()
    await provider.close()
  }
  browser = createBrowser()
}
afterEach(() => close())

const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

/** A link, or a form, of another site. */
async function comeFrom(
  how: 'GET' | 'POST',
  parameters: Record<string, string>,
  { headers = crossSite, follow = true }: { headers?: Record<string, string>; follow?: boolean } = {},
): Promise<Page> {
  return how === 'GET'
    ? browser.go(`${url}/auth/corp?${new URLSearchParams(parameters).toString()}`, { headers, follow })
    : browser.go(`${url}/auth/corp`, { method: 'POST', form: parameters, headers: { ...headers, origin: 'https://list.example' }, follow })
}

describe.each(['GET', 'POST'] as const)('%s', (how) => {
  beforeEach(() => start())

  test('oidcc-client-test-3rd-party-init-login', async () => {
    const page = await comeFrom(how, { iss: provider.issuer, target_link_uri: `${url}/deep?x=1`, login_hint: 'ada@example.com' })
    expect(page).toMatchObject({ status: 200, body: '{"id":"ada","at":"/deep?x=1"}' })
    expect(provider.asked).toHaveLength(1)
    expect(provider.asked[0]).toMatchObject({ login_hint: 'ada@example.com' })
  })

  test('goes to the default without a target', async () => {
    expect((await comeFrom(how, { iss: provider.issuer })).url).toBe(`${url}/`)
  })

  test.each(['https://evil.example/', 'https://id:pass@127.0.0.1/', '//evil.example', 'javascript:alert(1)', '/auth/logout'])(
    'never leads to %s',
    async (target) => {
      expect((await comeFrom(how, { iss: provider.issuer, target_link_uri: target })).url).toBe(`${url}/`)
    },
  )

  test("never leads to a route of authrouter's by an address in full", async () => {
    expect((await comeFrom(how, { iss: provider.issuer, target_link_uri: `${url}/auth/logout` })).url).toBe(`${url}/`)
  })

  test('takes nothing else from the other site', async () => {
    await comeFrom(how, {
      iss: provider.issuer,
      returnTo: '/deep',
      scope: 'openid',
      prompt: 'none',
      remember: '1',
      step_up: 'x',
      acr_values: 'bronze',
      redirect_uri: 'https://evil.example',
    })
    expect(provider.asked[0]).toMatchObject({ scope: 'openid profile', redirect_uri: `${url}/auth/corp/callback` })
    expect(provider.asked[0]).not.toHaveProperty('prompt')
    expect(provider.asked[0]).not.toHaveProperty('acr_values')
  })

  test.each(['https://evil.example', '', 'upper'])('in the name of another issuer (%s) starts nothing', async (iss) => {
    const page = await comeFrom(how, { iss: iss === 'upper' ? provider.issuer.toUpperCase() : iss }, { follow: false })
    expect(page.status).toBe(400)
    expect(page.body).toContain('issuer_mismatch')
    expect(page.headers.getSetCookie()).toEqual([])
  })

  test.each(['iframe', 'image', 'empty'])('in the background (%s) starts nothing', async (dest) => {
    const page = await comeFrom(how, { iss: provider.issuer }, { headers: { ...crossSite, 'sec-fetch-dest': dest }, follow: false })
    expect(page.status).toBe(403)
    expect(page.headers.getSetCookie()).toEqual([])
  })
})

test('A listed origin may be the target', async () => {
  await start()
  const { headers } = await browser.go(`${url}/auth/corp?iss=${provider.issuer}&target_link_uri=https%3A%2F%2Fother.example%2Fx`, {
    headers: crossSite,
    follow: (location) => !location.startsWith('https://other.example'),
  })
  expect(headers.get('location')).toBe('https://other.example/x')
})

test('Without iss, another site is asked about as ever', async () => {
  await start()
  expect((await comeFrom('GET', {})).body).toContain('Another site sent you here')
  expect((await comeFrom('POST', {})).status).toBe(403)
  expect(provider.asked).toEqual([])
})

test.each([{}, { thirdPartyInitiated: false }])('An entry that does not let it (%j) asks first, and refuses a POST', async (entry) => {
  await start({}, entry)
  expect((await comeFrom('GET', { iss: provider.issuer })).body).toContain('Another site sent you here')
  expect((await comeFrom('POST', { iss: provider.issuer })).status).toBe(403)
  expect(provider.asked).toEqual([])
})

test.each([
  ['redirect', (page: Page) => page.body, '{"id":"ada","at":"/deep"}'],
  ['link', (page: Page) => page.body, 'Add your'],
] as const)('With ifLoggedIn: %s a signed-in user is not signed in again', async (ifLoggedIn, of, expected) => {
  await start({ ifLoggedIn })
  await browser.go(`${url}/auth/corp`)
  expect(of(await comeFrom('GET', { iss: provider.issuer, target_link_uri: `${url}/deep` }))).toContain(expected)
  expect(provider.asked).toHaveLength(1)
})

test('Of an entry that asks, it is the issuer of what was chosen', async () => {
  await start(
    {},
    {
      thirdPartyInitiated: true,
      parameters: { port: { description: 'Port of the provider', kind: 'segment', example: '8080' } },
      ask: ['port'],
      issuer: 'http://127.0.0.1:{port}',
      apiBaseUrl: undefined,
    },
  )
  const { port } = new URL(provider.issuer)
  const started = await comeFrom('GET', { iss: provider.issuer, port }, { follow: false })
  expect(started.headers.get('location')).toContain(`${provider.issuer}/auth?`)
  const other = await comeFrom('GET', { iss: 'http://127.0.0.1:1', port }, { follow: false })
  expect(other.body).toContain('issuer_mismatch')
  const question = await comeFrom('GET', { iss: provider.issuer, target_link_uri: `${url}/deep` })
  expect(question.body).toMatch(/name="port"[^]*name="iss"|name="iss"[^]*name="port"/)
})

test.each(['oauth2', 'oauth1'])('The option has no meaning for %s', (protocol) => {
  close = () => Promise.resolve()
  const entry: Record<string, unknown> = {
    protocol,
    thirdPartyInitiated: true,
    authorizationEndpoint: 'https://id.example/authorize',
    tokenEndpoint: 'https://id.example/token',
    profile: { id: 'id' },
    clientId: 'a',
    clientSecret: 'b',
  }
  expect(() => authRouter({ secret: testSecret, logger: false, providers: { plain: entry } })).toThrow(
    expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining('providers.plain.') as unknown }),
  )
})

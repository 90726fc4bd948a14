import { afterEach, describe, expect, test } from '@jest/globals'
import { parseJson } from '../../lib/base/json.js'
import { resolveConfig } from '../../lib/config/resolveConfig.js'
import type { Registration } from '../../lib/types.js'
import { authRouter } from '../../middleware/index.js'
import { catalogue } from '../../providers/index.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { examplePrivateKey } from './exampleKey.js'
import { readFixture, type Fixture } from './fixtures.js'
import { startFakeProvider, type FakeProvider } from './fakeProvider.js'
import { signedCallbacks } from './signedCallbacks.js'

/** Every entry of the catalogue, through the real flow against a fake provider at its addresses, which gives its fixture's answers. */

const clientId = 'walk-client'
const clientSecret = 'walk secret: + & %'
const open: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

function entryOf({ provider }: { provider: { clientAuth?: unknown } }, fixture: Fixture): Record<string, unknown> {
  const isPublic = provider.clientAuth === 'none'
  return {
    clientId,
    ...(isPublic ? {} : { clientSecret }),
    ...(fixture.needsPrivateKey ? { privateKey: examplePrivateKey() } : {}),
    ...fixture.parameters,
  }
}

function registrationOf(slug: string, entry: Record<string, unknown>): Registration {
  const settings = resolveConfig({ providers: { [slug]: entry } }, { catalogue, env: {}, warn: () => undefined })
  const registration = settings.registrations.get(slug)
  if (!registration) throw new Error(`${slug} is not registered`)
  return registration
}

describe.each(Object.entries(catalogue).filter(([, { protocol }]) => typeof protocol === 'string' && ['oauth1', 'oauth2', 'oidc'].includes(protocol)))(
  '%s',
  (slug, provider) => {
    test('signs its documented person in, and makes no call that its documentation does not know', async () => {
      const fixture = readFixture(slug)
      const entry = entryOf({ provider }, fixture)
      const registration = registrationOf(slug, entry)
      const accessToken = accessTokenOf(registration, fixture)
      const fake = await startFakeProvider(registration, fixture, accessToken)
      open.push(fake.close)
      const app = await startApplication(slug, entry, fake)
      const browser = createBrowser()

      const start = await browser.go(`${app}/auth/${slug}`, { follow: false })
      expect({ status: start.status, complaints: fake.complaints, body: start.body }).toEqual({ status: 302, complaints: [], body: '' })
      const authorization = new URL(start.headers.get('location') ?? '')
      fake.authorization = authorization.searchParams
      checkAuthorization(registration, authorization, app)

      const landed = await finish(browser, app, registration, authorization, fixture)
      expect({ complaints: fake.complaints, url: landed.url, body: landed.url.endsWith('/') ? '' : landed.body }).toEqual({
        complaints: [],
        url: `${app}/`,
        body: '',
      })
      const { data } = await browser.json<Record<string, unknown>>(`${app}/me`)
      const { raw, loggedInAt, ...user } = data
      expect(user).toEqual(fixture.user)
      expect(typeof loggedInAt).toBe('string')
      expect(JSON.stringify(raw)).not.toContain(accessToken)
      expect(fake.calls).toContain('token')
    })
  },
)

function accessTokenOf({ provider }: Registration, { tokenResponse }: Fixture): string {
  if (provider.protocol === 'oauth1') return 'signed'
  const parsed = (
    typeof tokenResponse === 'string' ? Object.fromEntries(new URLSearchParams(tokenResponse)) : parseJson(JSON.stringify(tokenResponse))
  ) as Record<string, unknown>
  return String((provider.hooks?.tokenResponse?.(parsed) ?? parsed)['access_token'])
}

async function startApplication(slug: string, entry: Record<string, unknown>, { http }: FakeProvider): Promise<string> {
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  open.push(close)
  app = hosts['Express 5']({
    router: authRouter({
      secret: 'a secret of the walk, long enough to seal',
      baseUrl: url,
      logger: false,
      http,
      providers: { [slug]: entry },
    }),
    handlers: {
      '/me': (req, res) => {
        sendJson(res, req.authUser)
      },
    },
  })
  return url
}

function checkAuthorization({ provider, client, slug }: Registration, { searchParams, hash }: URL, app: string): void {
  const named = (name: string): string => provider.parameterNames?.[name] ?? name
  if (provider.protocol === 'oauth1') {
    expect(searchParams.get('oauth_token')).toBe('the-request-token')
    return
  }
  expect(Object.fromEntries(searchParams)).toMatchObject({
    [named('client_id')]: client.clientId,
    [named('redirect_uri')]: `${app}/auth/${slug}/callback`,
    ...(provider.scope.length > 0 ? { [named('scope')]: provider.scope.join(provider.scopeSeparator ?? ' ') } : {}),
    ...(provider.pkce === false ? {} : { code_challenge_method: provider.pkceMethod ?? 'S256' }),
  })
  expect(searchParams.has('code_challenge')).toBe(provider.pkce !== false)
  expect(searchParams.has('nonce')).toBe(provider.protocol === 'oidc' && provider.nonce !== false)
  expect(hash.slice(1)).toBe(provider.authorizationFragment ?? '')
}

function signed(slug: string, answer: Record<string, string>): Record<string, string> {
  return signedCallbacks[slug]?.(answer, clientSecret) ?? answer
}

type Browser = ReturnType<typeof createBrowser>

async function finish(
  browser: Browser,
  app: string,
  { provider, slug }: Registration,
  { searchParams }: URL,
  fixture: Fixture,
): Promise<{ url: string; body: string }> {
  const answer =
    provider.protocol === 'oauth1'
      ? { oauth_token: 'the-request-token', oauth_verifier: 'the-verifier' }
      : signed(slug, { code: 'the-code', state: searchParams.get('state') ?? '', ...fixture.callback })
  const callback = `${app}/auth/${slug}/callback`
  const page =
    provider.responseMode === 'form_post'
      ? await browser.go(callback, { method: 'POST', form: answer, headers: { 'sec-fetch-site': 'same-origin' } })
      : await browser.go(`${callback}?${new URLSearchParams(answer).toString()}`)
  return page
}

import { afterEach, describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../lib/config/resolveConfig.js'
import { authRouter } from '../../middleware/index.js'
import { catalogue } from '../../providers/index.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { readFixture, responseOf } from './fixtures.js'
import { startFakeProvider } from './fakeProvider.js'
import { signedCallbacks } from './signedCallbacks.js'

/** Providers of the catalogue whose parameter the user chooses, through the real flow at the addresses of what was chosen. */

const client = { clientId: 'walk-client', clientSecret: 'walk secret: + & %' }
const open: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

interface Chosen {
  key: unknown
  called: string
}

/** Signs in with what was chosen, and calls the API at the next request. */
async function signIn(slug: string, chosen: Record<string, string>, options: Record<string, unknown>): Promise<Chosen> {
  const fixture = readFixture(slug)
  const settings = resolveConfig({ providers: { [slug]: { ...client, ...chosen } } }, { catalogue, env: {}, warn: () => undefined })
  const registration = settings.registrations.get(slug)
  if (!registration) throw new Error(`${slug} is not registered`)
  const fake = await startFakeProvider(registration, fixture, String(responseOf(fixture.tokenResponse)['access_token']))
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  open.push(fake.close, close)
  const providers = { [slug]: { ask: Object.keys(chosen), ...client, ...options } }
  app = hosts['Express 5']({
    router: authRouter({ secret: 'a secret of the walk, long enough to seal', baseUrl: url, logger: false, http: fake.http, providers }),
    handlers: {
      '/call': async (req, res) => {
        await req.oauthClient.get('some/path')
        sendJson(res, { key: req.authUser?.key })
      },
    },
  })
  const browser = createBrowser()
  const start = await browser.go(`${url}/auth/${slug}?${new URLSearchParams(chosen).toString()}`, { follow: false })
  fake.authorization = new URL(start.headers.get('location') ?? '').searchParams
  const answer = { code: 'the-code', state: fake.authorization.get('state') ?? '', ...fixture.callback }
  const signed = signedCallbacks[slug]?.(answer, client.clientSecret) ?? answer
  await browser.go(`${url}/auth/${slug}/callback?${new URLSearchParams(signed).toString()}`, { follow: false })
  const { data } = await browser.json<{ key: unknown }>(`${url}/call`)
  return { key: data.key, called: fake.complaints.map((complaint) => complaint.replace('unregistered call: GET ', '')).join() }
}

describe.each([
  ['shopify', { shop: 'acme' }, {}, 'shopify@acme.myshopify.com$', 'https://acme.myshopify.com/admin/api/some/path'],
  ['zendesk', { subdomain: 'acme' }, {}, 'zendesk@acme.zendesk.com$', 'https://acme.zendesk.com/api/v2/some/path'],
  [
    'mastodon',
    { instance: 'social.example' },
    { clientId: undefined, clientSecret: undefined, client: () => client },
    'mastodon@social.example$',
    'https://social.example/api/v1/some/path',
  ],
  ['gitlab', { host: 'git.example' }, { allow: ['git.example'] }, 'gitlab@git.example$', 'https://git.example/api/v4/some/path'],
  [
    'salesforce',
    { domain: 'acme.my.salesforce.com' },
    { allow: /[a-z]+\.my\.salesforce\.com/ },
    'salesforce@acme.my.salesforce.com$',
    'https://example.my.salesforce.com/services/some/path',
  ],
  ['zoho', { dc: 'accounts.zoho.eu' }, { allow: /.*/ }, 'zoho@www.zohoapis.eu/accounts.zoho.eu$', 'https://www.zohoapis.com/some/path'],
])('%s', (slug, chosen, options, key, called) => {
  test('signs in to what the user chose, and calls its API', async () => {
    expect(await signIn(slug, chosen as Record<string, string>, options)).toEqual({ key: expect.stringContaining(key), called })
  })
})

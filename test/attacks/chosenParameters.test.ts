import { afterEach, describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../lib/config/resolveConfig.js'
import type { Registration } from '../../lib/types.js'
import { authRouter } from '../../middleware/index.js'
import { catalogue } from '../../providers/index.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen } from '../support/hosts.js'

/** What a stranger may write where a user chooses: no other host is ever called, named or remembered. */

const client = { clientId: 'app', clientSecret: 'canary-secret' }
const open: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

async function startApplication(providers: Record<string, unknown>, options: object = {}): Promise<{ url: string; calls: string[] }> {
  const calls: string[] = []
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  open.push(close)
  const app = hosts['Express 5']({
    router: authRouter({
      secret: 'a secret of the tests, long enough to seal',
      baseUrl: url,
      logger: false,
      providers: providers as never,
      http: {
        fetch: (input: unknown) => {
          calls.push(String(input))
          return Promise.reject(new Error('nobody may be called'))
        },
      } as never,
      ...options,
    }),
  })
  return { url, calls }
}

const shops = [
  'evil.example',
  'acme.myshopify.com.evil.example',
  'acme.myshopify.com',
  'evil.example/',
  'evil.example#',
  'evil.example?',
  'evil.example\\',
  'evil.example%2f',
  'user@evil.example',
  'user:pass@evil.example',
  'acme:8443',
  'acme:443@evil.example',
  'acme\u3002evil\uff0eexample',
  'acme\uff61evil',
  'acme\r\nx-injected: 1',
  'acme\u0000',
  '-acme',
  '../acme',
  '//evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '{shop}',
  '<script>alert(1)</script>',
  'a'.repeat(64),
  '\u0130acme',
  '__proto__',
]

const instances = [
  'evil.example',
  'social.example.evil.example',
  'social.example@evil.example',
  'social.example:8443',
  'social.example.',
  '.social.example',
  'social.example/evil',
  'social\u3002example',
  'xsocial.example',
  'social-example',
  '127.0.0.1',
  'localhost',
  '[::1]',
  '169.254.169.254',
]

describe.each([
  ['shopify', 'shop', {}, shops],
  ['mastodon', 'instance', { allow: ['social.example'] }, instances],
  ['mastodon', 'instance', { allow: /social.example/ }, instances],
  ['mastodon', 'instance', { allow: /^social\.example$/gm }, ['social.example\nevil.example', ...instances]],
])('%s, which asks for %s (%j)', (slug, name, options, values) => {
  test('takes none of these', async () => {
    const { url, calls } = await startApplication({ [slug]: { ask: [name], ...client, ...options } })
    for (const value of values) {
      for (const send of [
        { path: `?${new URLSearchParams({ [name]: value }).toString()}`, options: {} },
        { path: '', options: { method: 'POST', form: { [name]: value }, headers: { 'sec-fetch-site': 'same-origin' } } },
      ]) {
        const { status, headers, body } = await createBrowser().go(`${url}/auth/${slug}${send.path}`, { follow: false, ...send.options })
        expect({ value, status, location: headers.get('location'), cookies: headers.getSetCookie() }).toEqual({
          value,
          status: 400,
          location: null,
          cookies: [],
        })
        expect(body).not.toContain('<script>alert')
        expect(headers.get('x-injected')).toBeNull()
      }
    }
    expect(calls).toEqual([])
  })

  test('takes none twice, none of ten thousand characters, and no list', async () => {
    const { url, calls } = await startApplication({ [slug]: { ask: [name], ...client, ...options } })
    for (const query of [`${name}=acme&${name}=other`, `${name}[]=acme`, `${name}=${'a'.repeat(10_000)}`]) {
      const { status } = await createBrowser().go(`${url}/auth/${slug}?${query}`, { follow: false })
      expect(status).toBe(400)
    }
    expect(calls).toEqual([])
  })
})

describe('a host of which the application was asked for a client', () => {
  const asked: string[] = []
  const ask = ({ instance = '' }: Record<string, string>): unknown => {
    asked.push(instance)
    return client
  }

  test('may be no address and no name of this machine', async () => {
    const { url, calls } = await startApplication({ mastodon: { ask: ['instance'], client: ask } })
    for (const value of ['127.0.0.1', '2130706433', '[::1]', 'localhost', '10.0.0.1', 'social.example:8443', 'a@social.example']) {
      const { status } = await createBrowser().go(`${url}/auth/mastodon?instance=${encodeURIComponent(value)}`, { follow: false })
      expect(status).toBe(400)
    }
    expect({ asked, calls }).toEqual({ asked: [], calls: [] })
  })

  test('is reached by the way that leads to public addresses only', () => {
    const entry = { ask: ['instance'], client: () => client }
    const { registrations } = resolveConfig({ providers: { mastodon: entry as never } }, { catalogue, env: {}, warn: () => undefined })
    const found = registrations.get('mastodon')?.ask?.registrationFor({ instance: 'social.example' }, 'visitor')
    expect(found).toMatchObject({ reach: 'public', chosen: { instance: 'social.example' } })
  })

  test('is asked for, and discovered, only after the user has confirmed what another site started', async () => {
    asked.length = 0
    const okta = { provider: 'okta', ask: ['domain'], client: ({ domain = '' }) => ask({ instance: domain }) }
    const { url, calls } = await startApplication({ okta })
    const crossSite = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    const page = await createBrowser().go(`${url}/auth/okta?domain=id.example`, { follow: false, headers: crossSite })
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('name="domain" value="id.example"') })
    const image = await createBrowser().go(`${url}/auth/okta?domain=id.example`, { headers: { ...crossSite, 'sec-fetch-dest': 'image' } })
    const form = await createBrowser().go(`${url}/auth/okta`, { method: 'POST', form: { domain: 'id.example' }, headers: crossSite })
    expect([image.status, form.status]).toEqual([403, 403])
    expect({ asked, calls }).toEqual({ asked: [], calls: [] })
  })
})

test('ten thousand invented shops are not remembered, and those of accounts are', () => {
  const { registrations } = resolveConfig(
    { providers: { shopify: { ask: ['shop'], ...client } } },
    { catalogue, env: {}, warn: () => undefined },
  )
  const ask = registrations.get('shopify')?.ask
  const of = (shop: string, chooser: 'visitor' | 'account'): Registration => ask?.registrationFor({ shop }, chooser) as Registration
  const account = of('account', 'account')
  const regular = of('regular', 'visitor')
  const invented = of('invented-0', 'visitor')
  const refs = Array.from({ length: 10_000 }, (_, index) => new WeakRef(of(`invented-${String(index)}`, 'visitor')))

  expect(of('account', 'visitor')).toBe(account)
  expect(of('regular', 'visitor')).not.toBe(regular)
  expect(of('invented-0', 'visitor')).not.toBe(invented)
  expect(of('invented-9999', 'visitor')).toBe(refs.at(-1)?.deref())
})

describe('an entry that asks is refused', () => {
  const own = {
    protocol: 'oauth2',
    ...client,
    parameters: { host: { description: 'Host', kind: 'host' }, state: { description: 'State', kind: 'segment' } },
    authorizationEndpoint: 'https://{host}/{state}/authorize',
    tokenEndpoint: 'https://{host}/token',
    profile: { id: 'id' },
    state: 'on',
  }
  test.each([
    [{ provider: 'mastodon', ask: ['instance'], ...client }, 'allow is missing'],
    [{ provider: 'nextcloud', ask: ['host'], ...client }, 'allow is missing'],
    [{ provider: 'shopify', ask: [], ...client }, 'at least one'],
    [{ provider: 'shopify', ask: ['shops'], ...client }, "names 'shops', which is no parameter"],
    [{ provider: 'github', ask: ['shop'], ...client }, 'no parameter of the provider'],
    [{ provider: 'shopify', ask: ['shop', 'shop'], ...client }, 'twice'],
    [{ provider: 'shopify', ask: ['shop'] }, 'clientId is missing'],
    [{ provider: 'shopify', ask: ['shop'], allow: 'acme', ...client }, 'allow'],
    [{ provider: 'shopify', ask: ['shop'], allow: { shops: ['acme'] }, ...client }, 'asks for'],
    [{ provider: 'shopify', shop: 'acme', allow: ['acme'], ...client }, 'ask: ['],
    [{ provider: 'okta', ask: ['domain', 'authorizationServer'], allow: ['a.example'], ...client }, 'which parameter it is for'],
    [{ ...own, ask: ['state'], host: 'a.example' }, 'the routes read themselves'],
    [{ ...own, ask: ['host'], allow: ['a.example'], tokenEndpoint: 'http://{host}/token' }, 'tokenEndpoint'],
  ])('%j', (entry, message) => {
    expect(() => resolveConfig({ providers: { own: entry as never } }, { catalogue, env: {}, warn: () => undefined })).toThrow(message)
  })
})

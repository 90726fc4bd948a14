import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { AuthUser, ProviderEntry } from '../../../../middleware/index.js'
import { type Openid2Provider, type Openid2ProviderOptions, startOpenid2Provider } from '../../../../testing/index.js'
import { createBrowser } from '../../../support/browser.js'
import { addressOf, begin, readAnswer, refusalOf, signIn, startOpenid2Site } from '../../../support/openid2/site.js'

/** Logins with an OpenID 2.0 provider that discovers, signs and verifies as the specification says. */

let provider: Openid2Provider
const open: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  provider = await startOpenid2Provider({ signInAs: 'ada-id', policies: ['http://schemas.openid.net/pape/policies/2007/06/multi-factor'] })
})

afterEach(async () => {
  provider.requests.length = 0
  provider.tampering = {}
  await Promise.all(open.splice(0).map((close) => close()))
})

afterAll(async () => {
  await provider.close()
})

async function siteWith(entry: ProviderEntry): Promise<string> {
  const site = await startOpenid2Site({ providers: { house: { protocol: 'openid2', ...entry } } })
  open.push(site.close)
  return site.url
}

async function userOf(url: string, path = '/auth/house'): Promise<AuthUser | null> {
  const { browser, page } = await signIn(url, path)
  expect(page.url).toBe(`${url}/`)
  return (await browser.json<AuthUser | null>(`${url}/me`)).data
}

async function other(options: Openid2ProviderOptions): Promise<Openid2Provider> {
  const started = await startOpenid2Provider({ signInAs: 'ada-id', ...options })
  open.push(started.close)
  return started
}

const modes = (): (string | undefined)[] => provider.requests.map(({ mode }) => mode).filter((mode) => mode !== undefined)

describe('a login', () => {
  test("with a provider's identifier, whose user it is the provider says", async () => {
    const user = await userOf(await siteWith({ identifier: provider.identifier }))
    const id = provider.identifierOf('ada-id')
    expect(user).toMatchObject({
      id,
      key: `house$${id}`,
      name: 'Ada Example',
      givenName: 'Ada',
      familyName: 'Example',
      nickname: 'ada',
      email: 'ada@example.com',
      emailVerified: false,
      locale: 'en',
    })
    expect(modes()).toEqual(['checkid_setup', 'check_authentication'])
    expect(user?.raw).toMatchObject({
      claimed_id: id,
      identity: id,
      op_endpoint: provider.endpoint,
      ax: { 'http://axschema.org/contact/email': ['ada@example.com'] },
    })
  })

  test("with a user's own identifier, looked up once and not a second time", async () => {
    const user = await userOf(await siteWith({ identifier: provider.identifierOf('ada-id') }))
    expect(user?.id).toBe(provider.identifierOf('ada-id'))
    expect(provider.requests.filter(({ mode }) => mode === undefined).map(({ path }) => path)).toEqual(['/people/ada'])
  })

  test('with an identifier that the user types, at a host that the entry lists', async () => {
    const url = await siteWith({ allow: [`${provider.origin}/`] })
    const user = await userOf(url, `/auth/house?identifier=${encodeURIComponent(provider.identifierOf('ada-id'))}`)
    expect(user?.id).toBe(provider.identifierOf('ada-id'))
    const refused = await refusalOf(createBrowser(), `${url}/auth/house?identifier=https://elsewhere.example/ada`)
    expect(refused).toEqual({ status: 400, error: 'bad_request' })
  })

  test('at an endpoint that the entry names, for identifiers of its pattern, without any discovery', async () => {
    const pattern = new RegExp(`${provider.origin}/people/[a-z]+`)
    const url = await siteWith({ identifier: provider.identifier, authorizationEndpoint: provider.endpoint, claimedIdPattern: pattern })
    expect((await userOf(url))?.id).toBe(provider.identifierOf('ada-id'))
    expect(provider.requests.map(({ mode }) => mode)).toEqual(['checkid_setup', 'check_authentication'])
  })

  test.each(['DH-SHA256', 'DH-SHA1'] as const)('verified by an association, %s, which is made once', async (type) => {
    const old = await other({ sessionTypes: [type] })
    const url = await siteWith({ identifier: old.identifier, associations: true })
    expect((await userOf(url))?.id).toBe(old.identifierOf('ada-id'))
    expect((await userOf(url))?.id).toBe(old.identifierOf('ada-id'))
    const asked = old.requests.filter(({ mode, status }) => mode !== undefined && status !== 400).map(({ mode }) => mode)
    expect(asked).toEqual(['associate', 'checkid_setup', 'checkid_setup'])
  })

  test('verified by asking where the provider makes no association, and where it has forgotten the one there was', async () => {
    const without = await other({ sessionTypes: [] })
    const url = await siteWith({ identifier: without.identifier, associations: true })
    expect((await userOf(url))?.id).toBe(without.identifierOf('ada-id'))
    expect(without.requests.map(({ mode }) => mode)).toContain('check_authentication')

    const second = await siteWith({ identifier: provider.identifier, associations: true })
    await userOf(second)
    provider.forgetAssociations()
    provider.requests.length = 0
    await userOf(second)
    await userOf(second)
    // Asked about once, and told that the key is no good any more; then there is another one.
    expect(modes()).toEqual(['checkid_setup', 'check_authentication', 'associate', 'checkid_setup'])
  })

  test('is posted where the request is too long for an address', async () => {
    const long = `http://attributes.example/${'long'.repeat(600)}`
    const url = await siteWith({ identifier: provider.identifier, attributeExchange: { long } })
    const browser = createBrowser()
    const { data } = await browser.json<{ location: string; form: Record<string, string> }>(`${url}/auth/house`)
    expect(data.location).toBe(provider.endpoint)
    expect(data.form).toMatchObject({ 'openid.mode': 'checkid_setup', 'openid.ax.type.long': long })
    const answer = await fetch(data.location, { method: 'POST', redirect: 'manual', body: new URLSearchParams(data.form) })
    const page = await browser.go(addressOf(await readAnswer(answer)))
    expect(page.url).toBe(`${url}/`)
  })
})

describe('what is asked for', () => {
  test('says where the answer goes, and which part of the site the login is for', async () => {
    const url = await siteWith({ identifier: provider.identifier })
    const { searchParams } = await begin(createBrowser(), url, '/auth/house')
    const returnTo = new URL(searchParams.get('openid.return_to') ?? '')
    expect(returnTo.href.replace(/state=.*/, '')).toBe(`${url}/auth/house/callback?`)
    expect(returnTo.searchParams.get('state')).toHaveLength(43)
    expect(searchParams.get('openid.realm')).toBe(`${url}/`)
    expect(searchParams.get('openid.claimed_id')).toBe('http://specs.openid.net/auth/2.0/identifier_select')
  })

  test('is what the entry lists', async () => {
    const url = await siteWith({
      identifier: provider.identifier,
      simpleRegistration: ['nickname'],
      attributeExchange: { langue: 'http://axschema.org/pref/language' },
    })
    const { searchParams } = await begin(createBrowser(), url, '/auth/house')
    expect(searchParams.get('openid.sreg.optional')).toBe('nickname')
    expect(searchParams.get('openid.ax.if_available')).toBe('langue')
    expect((await userOf(url))?.raw).toMatchObject({ nickname: 'ada', langue: 'en' })
  })

  test('is how lately and how strongly the user signed in, and the answer says so', async () => {
    const url = await siteWith({
      identifier: provider.identifier,
      maxAge: 60,
      acrValues: ['http://schemas.openid.net/pape/policies/2007/06/multi-factor'],
    })
    const user = await userOf(url)
    expect(user?.acr).toBe('http://schemas.openid.net/pape/policies/2007/06/multi-factor')
    expect(Date.now() - Date.parse(user?.authTime ?? '')).toBeLessThan(60_000)
  })

  test('is nothing of the user, where a login has to be silent', async () => {
    const asking = await startOpenid2Provider()
    open.push(asking.close)
    const url = await siteWith({ identifier: asking.identifier })
    const browser = createBrowser()
    const start = await begin(browser, url, '/auth/house?prompt=none&returnTo=/after')
    expect(start.searchParams.get('openid.mode')).toBe('checkid_immediate')
    const answer = await fetch(start, { redirect: 'manual' })
    const page = await browser.go(answer.headers.get('location') ?? '', { follow: false })
    expect([page.status, page.headers.get('location')]).toEqual([303, '/after'])
  })
})

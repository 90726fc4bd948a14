import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { AuthUser, ProviderEntry } from '../../middleware/index.js'
import { createBrowser, type Browser, type Page } from '../support/browser.js'
import { everybody, startOpenid2Server, type Openid2Server } from '../support/openid2Server.js'
import { startOpenid2Site } from '../support/openid2/site.js'
import { describeWith } from '../support/parts.js'
import type { Site } from '../support/site.js'

/** Logins at an OpenID 2.0 server that others wrote (python3-openid), of which the application knows an identifier. */

describeWith('python3-openid', 'An OpenID 2.0 server written by others', () => {
  let server: Openid2Server
  const sites: Site[] = []

  beforeAll(async () => {
    server = await startOpenid2Server()
  })
  afterEach(async () => {
    await Promise.all(sites.splice(0).map((site) => site.close()))
    await server.set({ user: 'ada', discovery: 'xrds', rpDiscovery: false, policies: [] })
  })
  afterAll(() => server.close())

  async function start(entry: ProviderEntry): Promise<Site> {
    const site: Site = await startOpenid2Site({
      providers: { blog: { protocol: 'openid2', ...entry } },
      // The realm says where the document is that lists the addresses of answers.
      build: (app) => {
        app.get('/', (_req, res) => {
          res.set('x-xrds-location', `${site.url}/auth/blog/xrds`).send('home')
        })
      },
    })
    sites.push(site)
    return site
  }

  /** Signs in; nobody is asked anything. A long answer comes as a form, which a page with a script posts. */
  async function signIn(site: Site, path = '/auth/blog', browser = createBrowser()): Promise<{ page: Page; user: AuthUser | null }> {
    const page = await browser.go(`${site.url}${path}`)
    const end = page.url.startsWith(server.origin) ? await submit(browser, page) : page
    return { page: end, user: (await browser.json<AuthUser | null>(`${site.url}/me`)).data }
  }

  function submit(browser: Browser, { body }: Page): Promise<Page> {
    const [, action = ''] = /<form [^>]*action="([^"]*)"/.exec(body) ?? []
    const fields = [...body.matchAll(/<input [^>]*name="(openid\.[^"]*)"[^>]* value="([^"]*)"/g)]
    const form = Object.fromEntries(fields.map(([, name = '', value = '']) => [name, unescaped(value)]))
    return browser.go(unescaped(action), { method: 'POST', form })
  }

  const unescaped = (html: string): string =>
    html.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

  const asked = async (): Promise<unknown[]> => (await server.set({})).map(({ path, mode }) => mode ?? path)

  test('signs in by the identifier alone, with what sreg and ax say', async () => {
    const site = await start({ identifier: server.identifier })
    const { page, user } = await signIn(site, '/auth/blog?returnTo=/me')
    expect([page.status, page.url]).toEqual([200, `${site.url}/me`])
    expect(user).toMatchObject({
      provider: 'blog',
      id: server.identifierOf('ada'),
      key: `blog$${server.identifierOf('ada')}`,
      nickname: 'ada',
      name: 'Ada Example',
      email: 'ada@example.com',
      emailVerified: false,
      raw: { ax: { 'http://axschema.org/contact/email': ['ada@example.com'] } },
    })
    expect((await asked()).sort()).toEqual(['/', '/id/ada', 'check_authentication', 'checkid_setup'])
  })

  test.each(['xrds', 'html'] as const)("signs in by a user's identifier, discovered by %s", async (discovery) => {
    await server.set({ discovery })
    const site = await start({ identifier: server.identifierOf('ada') })
    expect((await signIn(site)).user).toMatchObject({ id: server.identifierOf('ada'), name: 'Ada Example' })
    expect(await asked()).toContain('/id/ada')
  })

  test('signs in by an identifier that the user types', async () => {
    const site = await start({ allow: [`${server.origin}/`] })
    const typed = encodeURIComponent(server.identifierOf('ada'))
    expect((await signIn(site, `/auth/blog?identifier=${typed}`)).user?.id).toBe(server.identifierOf('ada'))
  })

  test('signs in with a short answer, which comes in an address', async () => {
    const site = await start({ identifier: server.identifier, simpleRegistration: ['nickname'], attributeExchange: {} })
    expect((await signIn(site)).user).toMatchObject({ id: server.identifierOf('ada'), nickname: 'ada' })
    expect((await server.set({})).filter(({ mode }) => mode === 'checkid_setup')).toHaveLength(1)
  })

  test('gives attributes that the entry names, all their values', async () => {
    const type = 'http://schema.example/team'
    await server.set({ users: { ada: { sreg: { fullname: 'Ada' }, ax: { [type]: ['one', 'two & <three>'] } } } })
    const site = await start({ identifier: server.identifier, attributeExchange: { team: type } })
    expect((await signIn(site)).user).toMatchObject({ name: 'Ada', raw: { ax: { [type]: expect.arrayContaining(['one']) } } })
    await server.set({ users: everybody })
  })

  test('signs in by associations, made once', async () => {
    const site = await start({ identifier: server.identifier, associations: true })
    expect((await signIn(site)).user?.id).toBe(server.identifierOf('ada'))
    expect((await signIn(site)).user?.id).toBe(server.identifierOf('ada'))
    const modes = await asked()
    expect(modes.filter((mode) => mode === 'associate')).toHaveLength(1)
    expect(modes).not.toContain('check_authentication')
  })

  test('signs each user in as who they are', async () => {
    const site = await start({ identifier: server.identifier })
    await server.set({ users: { ...everybody, grace: { sreg: { fullname: 'Grace Sample' } } }, user: 'grace' })
    expect((await signIn(site)).user).toMatchObject({ id: server.identifierOf('grace'), name: 'Grace Sample' })
    await server.set({ users: everybody })
  })

  test('refuses, and the login ends so', async () => {
    await server.set({ user: null })
    const { page, user } = await signIn(await start({ identifier: server.identifier }))
    expect([page.status, user]).toEqual([403, null])
    expect(page.body).toContain('access_denied')
  })

  test('finds the address of the answer listed by the application', async () => {
    await server.set({ rpDiscovery: true })
    const site = await start({ identifier: server.identifier })
    expect((await signIn(site)).user?.id).toBe(server.identifierOf('ada'))
  })

  test('says that an answer comes a second time', async () => {
    const site = await start({ identifier: server.identifier, simpleRegistration: ['nickname'], attributeExchange: {} })
    const browser = createBrowser()
    const answer = await browser.go(`${site.url}/auth/blog`, { follow: (location) => !location.includes('openid.sig=') })
    const address = answer.headers.get('location') ?? ''
    expect((await browser.go(address)).status).toBe(200)
    expect((await createBrowser().go(address)).status).toBe(400)
  })
})

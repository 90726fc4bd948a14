import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { authRouter } from '../../middleware/index.js'
import { startProvider, type ScriptedProvider } from '../attacks/provider.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen, sendJson } from '../support/hosts.js'

/** Facts that stand in the ID Token, and in the answer to a request of their own. */

let provider: ScriptedProvider
const open: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  provider = await startProvider('corp')
})
afterAll(async () => {
  await provider.close()
})
afterEach(async () => {
  provider.reset()
  await Promise.all(open.splice(0).map((close) => close()))
})

const secret = 'a secret of the tests, long enough to seal'

/** Signs in, and gives the facts of the login and those after a refresh; the answer to the callback where it is refused. */
async function factsOf(entry: Record<string, unknown>): Promise<unknown> {
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  open.push(close)
  app = hosts['Express 5']({
    router: authRouter({ secret, baseUrl: url, logger: false, providers: { corp: entry as never } }),
    handlers: {
      '/facts': async (req, res) => {
        const atLogin = req.oauthClient.facts
        await req.oauthClient.credentials.refresh({ force: true })
        sendJson(res, { atLogin, refreshed: req.oauthClient.facts })
      },
    },
  })
  const browser = createBrowser()
  const { headers } = await browser.go(`${url}/auth/corp`, { follow: false })
  const ended = await browser.json(provider.approve(headers.get('location') ?? '', 'ada'))
  return ended.status === 200 ? (await browser.json(`${url}/facts`)).data : ended.data
}

const tenant = { tenant: { from: 'id_token', path: 'tid' } }

test('a claim of the ID Token is a fact, whatever userinfo says, and stays when a refresh brings no ID Token', async () => {
  provider.claims = () => ({ tid: 'of the ID Token' })
  provider.profile = () => ({ tid: 'of userinfo' })
  expect(await factsOf(provider.oidc({ facts: tenant }))).toEqual({
    atLogin: { tenant: 'of the ID Token' },
    refreshed: { tenant: 'of the ID Token' },
  })
})

test('what only userinfo says is no claim of the ID Token', async () => {
  provider.profile = () => ({ tid: 'of userinfo' })
  expect(await factsOf(provider.oidc({ facts: tenant }))).toEqual({ atLogin: {}, refreshed: {} })
})

test('an ID Token names hosts of the list only', async () => {
  const facts = { base: { from: 'id_token', path: 'base', hosts: ['127.0.0.1'] } }
  const base = `${provider.origin}/of-tenant`
  provider.claims = () => ({ base })
  expect(await factsOf(provider.oidc({ facts }))).toMatchObject({ atLogin: { base } })
  provider.claims = () => ({ base: 'https://evil.example' })
  expect(await factsOf(provider.oidc({ facts }))).toMatchObject({ error: 'provider_bad_response' })
})

test('an entry without ID Tokens cannot have such a fact', () => {
  expect(() =>
    authRouter({ secret, baseUrl: 'http://localhost', providers: { plain: provider.oauth2({ facts: tenant }) as never } }),
  ).toThrow("providers.plain.facts.tenant.from may be 'id_token' with protocol 'oidc' only")
})

test('the answer to a further request is in the profile, and a fact by its name there', async () => {
  provider.script = ({ path }) => (path === '/api/sites' ? { body: [{ id: 'the-site' }] } : undefined)
  const entry = provider.oauth2({
    extraRequests: { sites: `${provider.origin}/api/sites` },
    facts: { site: { from: 'userinfo', path: 'sites.0.id' } },
  })
  expect(await factsOf(entry)).toEqual({ atLogin: { site: 'the-site' }, refreshed: { site: 'the-site' } })
})

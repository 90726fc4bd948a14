import { afterEach, describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../lib/config/resolveConfig.js'
import { authRouter } from '../../middleware/index.js'
import { catalogue } from '../../providers/index.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { readFixture, responseOf, type Fixture } from './fixtures.js'
import { startFakeProvider } from './fakeProvider.js'

/** What the answers of the catalogue's providers say of a connection, and where API calls go because of it: by the real flow. */

const client = { clientId: 'walk-client', clientSecret: 'walk secret: + & %' }
const open: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

interface Connection {
  facts: Record<string, string>
  /** Where a call of the API went; what refused it, where it did not leave. */
  called: string
}

/** Signs in at an entry of the catalogue, whose provider answers with its fixture, and calls the API by a relative address. */
async function connect(slug: string, changes: Partial<Fixture> = {}, path = 'some/path'): Promise<Connection | { refused: string }> {
  const fixture = { ...readFixture(slug), ...changes }
  const entry = { ...client, ...fixture.parameters }
  const { registrations } = resolveConfig({ providers: { [slug]: entry } }, { catalogue, env: {}, warn: () => undefined })
  const registration = registrations.get(slug)
  if (!registration) throw new Error(`${slug} is not registered`)
  const answer = responseOf(fixture.tokenResponse)
  const { access_token: token } = registration.provider.hooks?.tokenResponse?.(answer) ?? answer
  const fake = await startFakeProvider(registration, fixture, String(token))
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  open.push(fake.close, close)
  const secret = 'a secret of the walk, long enough to seal'
  const { http } = fake
  app = hosts['Express 5']({
    router: authRouter({ secret, baseUrl: url, logger: false, http, providers: { [slug]: entry } }),
    handlers: {
      '/call': async (req, res) => {
        await req.oauthClient.get(path)
        sendJson(res, req.oauthClient.facts)
      },
    },
  })
  const browser = createBrowser()
  const start = await browser.go(`${url}/auth/${slug}`, { follow: false })
  fake.authorization = new URL(start.headers.get('location') ?? '').searchParams
  const query = new URLSearchParams({ code: 'the-code', state: fake.authorization.get('state') ?? '', ...fixture.callback })
  const ended = await browser.go(`${url}/auth/${slug}/callback?${query.toString()}`, { headers: { accept: 'application/json' } })
  if (ended.status !== 200 && ended.status !== 404) return { refused: ended.body }
  const { data: facts } = await browser.json<Record<string, string>>(`${url}/call`)
  return { facts, called: fake.complaints.map((complaint) => complaint.replace('unregistered call: GET ', '')).join() }
}

describe.each([
  [
    'salesforce',
    { organizationId: '80Dy0000009R0euEAC', instanceUrl: 'https://example.my.salesforce.com' },
    'https://example.my.salesforce.com/services/some/path',
  ],
  ['zoho', { apiDomain: 'https://www.zohoapis.com' }, 'https://www.zohoapis.com/some/path'],
  ['pipedrive', { apiDomain: 'https://example.pipedrive.com', companyId: '8442' }, 'https://example.pipedrive.com/api/v1/some/path'],
  ['zoom', { apiUrl: 'https://api.zoom.us' }, 'https://api.zoom.us/v2/some/path'],
  ['mailchimp', { apiEndpoint: 'https://us6.api.mailchimp.com' }, 'https://us6.api.mailchimp.com/3.0/some/path'],
  [
    'docusign',
    { baseUri: 'https://eu.docusign.net', accountId: 'fa0e64e9-6c3d-faaf-a5fa-5188cd54ec9b' },
    'https://eu.docusign.net/restapi/v2.1/some/path',
  ],
  ['stripe', { accountId: 'acct_6083R44wVzCLzx6S', livemode: 'false' }, 'https://api.stripe.com/v1/some/path'],
  ['slack-v2', { teamId: 'T4P2XU' }, 'https://slack.com/api/some/path'],
  ['microsoft', { tenantId: '8748090d-5f56-9a1b-a833-39d103b29fcd' }, 'https://graph.microsoft.com/v1.0/some/path'],
  [
    'calendly',
    {
      owner: 'https://api.calendly.com/users/AAAAAAAAAAAAAAAA',
      organization: 'https://api.calendly.com/organizations/BBBBBBBBBBBBBBBB',
    },
    'https://api.calendly.com/some/path',
  ],
  ['linear', { organizationId: '0f4c8a52-6f0e-47a1-9b57-0c64c1c3a3de' }, 'https://api.linear.app/some/path'],
  ['hubspot', { hubId: '57815', hubDomain: 'example.com' }, 'https://api.hubapi.com/some/path'],
  ['feishu', { tenantKey: '311674j43cep663t' }, 'https://open.feishu.cn/open-apis/some/path'],
])('%s', (slug, facts, called) => {
  test('is called where its answers say', async () => {
    expect(await connect(slug)).toEqual({ facts, called })
  })
})

test('a company that the callback named is filled into addresses', async () => {
  expect(await connect('intuit', {}, 'v3/company/{realmId}/companyinfo/{realmId}')).toEqual({
    facts: { realmId: '9130347596842386' },
    called: 'https://quickbooks.api.intuit.com/v3/company/9130347596842386/companyinfo/9130347596842386',
  })
})

test('what an answer has only in teams, or with further scopes, is a fact where it is there', async () => {
  const { tokenResponse, userinfo } = readFixture('dropbox')
  const ofTeam = { tokenResponse: { ...responseOf(tokenResponse), team_id: 'dbtid:7' }, userinfo: { ...userinfo, root_info: { root_namespace_id: '3235641' } } }
  expect(await connect('dropbox', ofTeam)).toMatchObject({ facts: { teamId: 'dbtid:7', rootNamespaceId: '3235641' } })
  expect(await connect('dropbox')).toMatchObject({ facts: {} })
  const answer = responseOf(readFixture('discord').tokenResponse)
  expect(await connect('discord', { tokenResponse: { ...answer, guild: { id: '41771983423143937' } } })).toMatchObject({
    facts: { guildId: '41771983423143937' },
  })
  expect(await connect('discord')).toMatchObject({ facts: {} })
})

test('an answer that says nothing leaves the address of the entry', async () => {
  const { instance_url: _none, ...tokenResponse } = responseOf(readFixture('salesforce').tokenResponse)
  expect(await connect('salesforce', { tokenResponse })).toEqual({
    facts: { organizationId: '80Dy0000009R0euEAC' },
    called: 'https://login.salesforce.com/services/some/path',
  })
})

test.each([
  'https://evil.example/',
  'https://evil.example/.my.salesforce.com',
  'https://salesforce.com.evil.example',
  'https://evilsalesforce.com',
  'https://evil.example#.salesforce.com',
  'https://evil.example?.salesforce.com',
  'https://evil.example\\.salesforce.com',
  'https://example.my.salesforce.com@evil.example',
  'https://user:pass@example.my.salesforce.com',
  'https://example.my.salesforce.com:8443',
  'https://example.my.salesforce.com\r\n.evil.example',
  'https://ex\u3002evil.example',
  'http://example.my.salesforce.com',
  'http://127.0.0.1',
  'javascript:alert(1)',
  '//example.my.salesforce.com',
  'example.my.salesforce.com',
  `https://${'a'.repeat(10_000)}.my.salesforce.com`,
  '',
  17,
  ['https://example.my.salesforce.com'],
])('a token answer that says %j ends the login', async (instanceUrl) => {
  const tokenResponse = { ...responseOf(readFixture('salesforce').tokenResponse), instance_url: instanceUrl }
  expect(await connect('salesforce', { tokenResponse })).toEqual({ refused: expect.stringMatching(/provider_bad_response.*instanceUrl/) })
})

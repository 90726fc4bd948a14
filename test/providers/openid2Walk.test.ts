import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from '@jest/globals'
import { Agent } from 'undici'
import type { ProviderEntry } from '../../middleware/index.js'
import { catalogue } from '../../providers/index.js'
import { createBrowser } from '../support/browser.js'
import { xrds } from '../support/openid2/documents.js'
import { begin, startOpenid2Site } from '../support/openid2/site.js'
import { type Fixture, readFixture } from './fixtures.js'

/** Every OpenID 2.0 entry of the catalogue, through the real flow against a fake provider at its addresses. */

const open: (() => Promise<unknown>)[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()))
})

interface FakeProvider {
  http: { dispatcher: unknown }
  calls: string[]
}

/** Answers for every host of the world: confirms what it is asked, and shows the identifier's page. */
async function startFakeProvider({ userinfo = {}, extraRequests = {} }: Fixture, endpoint: string): Promise<FakeProvider> {
  const calls: string[] = []
  const server = createServer((req, res) => {
    void text(req).then((body) => {
      const address = `https://${req.headers.host ?? ''}${req.url ?? ''}`
      const form = new URLSearchParams(body)
      calls.push(`${req.method ?? ''} ${address.replace(/\?.*/, '')}`)
      if (req.method === 'POST' && address === endpoint && form.get('openid.mode') === 'check_authentication')
        res.end('ns:http://specs.openid.net/auth/2.0\nis_valid:true\n')
      else if (address === userinfo['claimed_id'])
        res.writeHead(200, { 'content-type': 'application/xrds+xml' }).end(xrds([{ uris: [endpoint] }]))
      else if (extraRequests['player'] && address.includes('key=')) res.end(JSON.stringify(extraRequests['player']))
      else res.writeHead(404).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const dial = (): Socket => connect((server.address() as AddressInfo).port, '127.0.0.1')
  const dispatcher = new Agent({
    connect: (_options, done) => {
      const socket = dial()
      socket.once('connect', () => {
        done(null, socket)
      })
    },
  })
  open.push(async () => {
    await dispatcher.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { http: { dispatcher }, calls }
}

/** The assertion of the documented person: their identifier, and their fields by Simple Registration. */
function assertion(request: URL, endpoint: string, { claimed_id: claimedId, ...known }: Record<string, unknown>): URLSearchParams {
  const fields: Record<string, string> = {
    op_endpoint: endpoint,
    claimed_id: String(claimedId),
    identity: String(claimedId),
    return_to: request.searchParams.get('openid.return_to') ?? '',
    response_nonce: `${new Date().toISOString().slice(0, 19)}Z1`,
    assoc_handle: 'handle',
    ...(Object.keys(known).length > 0 ? { 'ns.sreg': 'http://openid.net/extensions/sreg/1.1' } : {}),
    ...Object.fromEntries(Object.entries(known).map(([name, value]) => [`sreg.${name}`, String(value)])),
  }
  const all = { ns: 'http://specs.openid.net/auth/2.0', mode: 'id_res', ...fields, signed: Object.keys(fields).join(','), sig: 'c2ln' }
  return new URLSearchParams(Object.fromEntries(Object.entries(all).map(([name, value]) => [`openid.${name}`, value])))
}

const ours = Object.entries(catalogue).filter(([, { protocol }]) => protocol === 'openid2')

describe.each(ours)('%s', (slug, provider) => {
  test.each([true, false])('signs its documented person in, with its parameters: %s', async (hasParameters) => {
    const fixture = readFixture(slug)
    const { userinfo = {}, parameters, user: expected } = fixture
    const named = (provider as { authorizationEndpoint?: string }).authorizationEndpoint
    const endpoint = named ?? 'https://op.example.com/openid'
    const fake = await startFakeProvider(fixture, endpoint)
    const entry: ProviderEntry = { ...(named === undefined ? { allow: ['https://id.example.com/'] } : {}), ...(hasParameters ? parameters : {}) }
    const site = await startOpenid2Site({ providers: { [slug]: entry }, options: { http: fake.http } })
    open.push(site.close)
    const browser = createBrowser()
    const query = named === undefined ? `?identifier=${encodeURIComponent(String(userinfo['claimed_id']))}` : ''
    const request = await begin(browser, site.url, `/auth/${slug}${query}`)
    expect(request.origin + request.pathname).toBe(endpoint)

    const page = await browser.go(`${request.searchParams.get('openid.return_to') ?? ''}&${assertion(request, endpoint, userinfo).toString()}`)
    expect({ url: page.url, body: page.url === `${site.url}/` ? '' : page.body }).toEqual({ url: `${site.url}/`, body: '' })
    const { raw: _raw, loggedInAt: _at, ...user } = (await browser.json<Record<string, unknown>>(`${site.url}/me`)).data
    const withoutParameters = slug === 'steam' ? { provider: slug, id: expected.id, key: expected.key, name: expected.id, roles: [] } : expected
    expect(user).toEqual(hasParameters ? expected : withoutParameters)
    expect(fake.calls.filter((call) => call === `POST ${endpoint}`)).toHaveLength(1)
    expect(fake.calls.some((call) => call.includes('GetPlayerSummaries'))).toBe(hasParameters && slug === 'steam')
  })
})

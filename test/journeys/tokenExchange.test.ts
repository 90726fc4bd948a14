import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { ApiResponse, AuthRouter, TokenExchangeGrant } from '../../middleware/index.js'
import { startGrantApplication, type GrantApplication } from '../support/grantApplication.js'
import { resources, startGrantServer, type Echo, type GrantServer } from '../support/grantServer.js'
import { sendJson } from '../support/hosts.js'

/** A user's access is exchanged for that of an API behind the application (RFC 8693). */

const [files, mail] = resources
const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange']
const exchanges = (): URLSearchParams[] =>
  server.tokenCalls.map(({ form }) => form).filter((form) => form.get('grant_type')?.endsWith(':token-exchange'))

let server: GrantServer
let app: GrantApplication
let router: AuthRouter
/** What the next request asks for beside the user's token. */
let more: Partial<TokenExchangeGrant> = {}
beforeAll(async () => {
  server = await startGrantServer()
  app = await startGrantApplication(server, {
    client: { grant_types: grantTypes },
    handlers: {
      '/downstream': async (req, res) => {
        const client = router.client('corp', { grant: 'token_exchange', subjectToken: req.oauthClient.credentials, ...more })
        const { status, data }: ApiResponse = await client.get('echo')
        sendJson(res, { status, data, own: req.oauthClient.credentials.accessToken })
      },
      '/own': async (req, res) => {
        await req.oauthClient.credentials.refresh({ force: true })
        sendJson(res, { token: req.oauthClient.credentials.accessToken })
      },
    },
  })
  router = app.router
})
afterAll(async () => {
  await app.close()
  await server.close()
})

afterEach(() => {
  jest.restoreAllMocks()
})

function later(seconds: number): void {
  const now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now + seconds * 1000)
}

beforeEach(() => {
  server.tokenCalls.length = 0
  server.accessTokenLifetime = 3600
  more = { resource: files }
})

interface Downstream {
  status: number
  data: Echo
  own: string
}

describe("A user's access", () => {
  test('is exchanged once for each API, however many requests ask', async () => {
    const browser = await app.signedIn()
    const all = await Promise.all(Array.from({ length: 10 }, () => browser.json<Downstream>(`${app.url}/downstream`)))
    for (const { data } of all) expect(data).toMatchObject({ status: 200, data: { audience: files, subject: 'ada', scope: 'read' } })
    expect(exchanges()).toHaveLength(1)
    expect(Object.fromEntries(exchanges()[0] ?? [])).toMatchObject({
      subject_token: all[0]?.data.own,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      resource: files,
    })
    more = { audience: mail, scope: ['write'] }
    expect((await browser.json<Downstream>(`${app.url}/downstream`)).data.data).toMatchObject({ audience: mail, scope: 'write' })
    expect(exchanges()).toHaveLength(2)
  })

  test('is that of this user, and of nobody who comes after', async () => {
    const [one, other] = await Promise.all([app.signedIn(), app.signedIn()])
    await one.json(`${app.url}/downstream`)
    await other.json(`${app.url}/downstream`)
    expect(new Set(exchanges().map((form) => form.get('subject_token'))).size).toBe(2)
  })

  test('is exchanged anew after a refresh, and gone after the sign-out', async () => {
    const browser = await app.signedIn()
    await browser.json(`${app.url}/downstream`)
    const { data } = await browser.json<{ token: string }>(`${app.url}/own`)
    await browser.json(`${app.url}/downstream`)
    expect(exchanges()).toHaveLength(2)
    expect(exchanges()[1]?.get('subject_token')).toBe(data.token)
    await browser.json(`${app.url}/auth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
    expect((await browser.go(`${app.url}/downstream`)).status).toBe(401)
    expect(exchanges()).toHaveLength(2)
  })

  test('that the provider does not take is reauth_required, and nobody else waits for that', async () => {
    const browser = await app.signedIn()
    const client = router.client('corp', { grant: 'token_exchange', subjectToken: 'of nobody', resource: files })
    for (let round = 0; round < 3; round++)
      await expect(client.get('echo')).rejects.toMatchObject({ code: 'reauth_required', providerError: 'invalid_grant' })
    expect(exchanges()).toHaveLength(1)
    expect((await browser.json<Downstream>(`${app.url}/downstream`)).data.status).toBe(200)
  })
})

test('An exchanged token is exchanged for again when it has ended, with a subject token that is refreshed first', async () => {
  const browser = await app.signedIn()
  const before = await browser.json<Downstream>(`${app.url}/downstream`)
  server.accessTokenLifetime = 60
  const short = await app.signedIn()
  expect((await short.json<Downstream>(`${app.url}/downstream`)).data.status).toBe(200)
  later(61)
  server.accessTokenLifetime = 3600
  expect((await short.json<Downstream>(`${app.url}/downstream`)).data.status).toBe(200)
  expect(exchanges()).toHaveLength(3)
  expect(before.data.status).toBe(200)
})

test('An actor is named beside the subject', async () => {
  const browser = await app.signedIn()
  const actor = router.client('corp', { grant: 'client_credentials', scope: ['read'] })
  await actor.credentials.refresh()
  more = { resource: files, actorToken: actor.credentials }
  const { data } = await browser.json<Downstream>(`${app.url}/downstream`)
  expect(data.data.subject).toMatch(/^ada by application-/)
})

test('What API calls cannot carry is refused, and the answer said so', async () => {
  const browser = await app.signedIn()
  more = { requestedTokenType: 'saml2' }
  expect((await browser.go(`${app.url}/downstream`)).status).toBe(502)
})

test('What an exchange cannot have is refused at once', () => {
  const grant = 'token_exchange'
  const code = (access: object): unknown => {
    try {
      router.client('corp', access as never)
      return 'accepted'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  const foreign = { provider: 'other', accessToken: 'x', refresh: () => Promise.resolve() }
  const own = { ...foreign, provider: 'corp' }
  expect(
    [
      { grant },
      { grant, subjectToken: '' },
      { grant, subjectToken: {} },
      { grant, subjectToken: foreign },
      { grant, subjectToken: own, subjectTokenType: 'id_token' },
      { grant, subjectToken: 'x', subjectTokenType: 'accesstoken' },
      { grant, subjectToken: 'x', actorTokenType: 'jwt' },
      { grant, subjectToken: 'x', subject: 'ada' },
    ].map(code),
  ).toEqual(Array.from({ length: 8 }, () => 'bad_request'))
  expect(code({ grant, subjectToken: 'x', subjectTokenType: 'urn:x:own', requestedTokenType: 'jwt' })).toBe('accepted')
})

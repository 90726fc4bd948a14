import { generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { createBrowser, type Browser } from '../support/browser.js'
import { sendJson, type AppParts } from '../support/hosts.js'
import { startStrictApplication, type StrictApplication } from '../support/strictApplication.js'
import { startStrictProvider, type StrictProvider } from '../support/strictProvider.js'
import { startServer } from '../support/unitServer.js'

type Handlers = NonNullable<AppParts['handlers']>

/** Whole logins at the certified server, which takes pushed (RFC 9126) and signed (RFC 9101) authorization requests only. */

let provider: StrictProvider
beforeAll(async () => {
  provider = await startStrictProvider()
})
afterAll(async () => {
  await provider.close()
})

let browser: Browser
beforeEach(() => {
  browser = createBrowser()
  provider.requests.length = 0
})

const open: StrictApplication[] = []
async function start(...given: Parameters<typeof startStrictApplication> extends [unknown, ...infer Rest] ? Rest : never): Promise<string> {
  const app = await startStrictApplication(provider, ...given)
  open.push(app)
  return app.url
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

async function locationOf(url: string): Promise<URL> {
  const { headers } = await browser.go(`${url}/auth/corp`, { follow: false })
  return new URL(headers.get('location') ?? 'http://nowhere.invalid')
}

describe('At a provider that takes nothing else', () => {
  test('a login pushes a signed request, by issuer, client id and key alone', async () => {
    const url = await start()
    const location = await locationOf(url)
    expect(Object.fromEntries(location.searchParams)).toEqual({
      client_id: open[0]?.client.clientId,
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:/) as unknown,
    })

    await browser.go(`${url}/auth/corp?returnTo=/me`)
    expect((await browser.json(`${url}/me`)).data).toMatchObject({ key: 'corp$ada-id', email: 'ada@example.com' })

    const [pushed] = provider.calls('/request')
    expect(Object.keys(pushed?.form ?? {}).sort()).toEqual(['client_assertion', 'client_assertion_type', 'client_id', 'request'])
    const request = String(pushed?.form['request'])
    expect(decodeProtectedHeader(request)).toEqual({ alg: 'ES256', typ: 'oauth-authz-req+jwt', kid: 'key-1' })
    const claims = decodeJwt(request)
    expect(claims).toMatchObject({
      iss: open[0]?.client.clientId,
      aud: provider.issuer,
      client_id: open[0]?.client.clientId,
      response_type: 'code',
      redirect_uri: `${url}/auth/corp/callback`,
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      nonce: expect.stringMatching(/^[\w-]{43}$/) as unknown,
    })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(300)
  })

  test('a login is asked for by a key of RSA too, with an algorithm that the provider lists', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const strict = await startStrictProvider({
      configuration: { enabledJWA: { clientAuthSigningAlgValues: ['PS256', 'ES256'], requestObjectSigningAlgValues: ['PS256', 'ES256'] } },
    })
    const app = await startStrictApplication(strict, {
      entry: () => ({ privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }),
      metadata: {
        token_endpoint_auth_signing_alg: 'PS256',
        request_object_signing_alg: 'PS256',
        jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key-1', use: 'sig' }] },
      },
    })
    open.push(app)
    await browser.go(`${app.url}/auth/corp?returnTo=/me`)
    expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ key: 'corp$ada-id' })
    const [pushed] = strict.calls('/request')
    for (const name of ['request', 'client_assertion']) expect(decodeProtectedHeader(String(pushed?.form[name])).alg).toBe('PS256')
    await strict.close()
  })

  test('case 69: what the client signs is for the issuer, in one text, at every endpoint', async () => {
    const url = await start()
    await browser.go(`${url}/auth/corp?returnTo=/me`)
    const assertions = provider.requests.map(({ form }) => form['client_assertion']).filter((text) => typeof text === 'string')
    expect(assertions.length).toBe(2)
    for (const assertion of assertions) expect(decodeJwt(assertion).aud).toBe(provider.issuer)
    expect(decodeJwt(String(provider.calls('/request')[0]?.form['request'])).aud).toBe(provider.issuer)
  })

  test('what the entry asks for travels in the signed request, in the types of JSON', async () => {
    const resource = ['https://api.example.com/', 'https://other.example.com/']
    const authorizationDetails = [{ type: 'payment', amount: 12 }]
    const claims = { id_token: { email: { essential: true } } }
    const handlers: Handlers = {
      '/granted': (req, res) => {
        sendJson(res, req.oauthClient.credentials)
      },
    }
    const url = await start({ entry: () => ({ resource, authorizationDetails, claims, maxAge: 600, scope: ['openid', 'read'] }), handlers })
    await browser.go(`${url}/auth/corp?returnTo=/me&prompt=login&login_hint=ada`)
    expect(decodeJwt(String(provider.calls('/request')[0]?.form['request']))).toMatchObject({
      resource,
      authorization_details: authorizationDetails,
      claims,
      max_age: 600,
      prompt: 'login',
      login_hint: 'ada',
    })
    // The tokens are for the first resource, and no userinfo is read with them: the address comes in the ID Token.
    expect(provider.calls('/token')[0]?.form['resource']).toBe(resource[0])
    expect(provider.calls('/me')).toEqual([])
    expect((await browser.json(`${url}/me`)).data).toMatchObject({ key: 'corp$ada-id', email: 'ada@example.com' })
    const { data } = await browser.json(`${url}/granted`)
    expect(data).toMatchObject({ scope: 'read', authorizationDetails })
  })
})

describe('Case 281: a request that cannot be pushed', () => {
  const answers: [string, (res: ServerResponse) => void, number, string][] = [
    [
      'is refused',
      (res) => res.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_request"}'),
      502,
      'provider_bad_response',
    ],
    ['fails', (res) => res.writeHead(500).end(), 502, 'provider_bad_response'],
    ['is redirected', (res) => res.writeHead(307, { location: '/elsewhere' }).end(), 502, 'provider_bad_response'],
    [
      'is answered with nonsense',
      (res) => res.writeHead(201, { 'content-type': 'text/html' }).end('<p>created</p>'),
      502,
      'provider_bad_response',
    ],
    [
      'is answered without a reference',
      (res) => res.writeHead(201, { 'content-type': 'application/json' }).end('{"expires_in":60}'),
      502,
      'provider_bad_response',
    ],
    [
      'is answered with an empty reference',
      (res) => res.writeHead(201, { 'content-type': 'application/json' }).end('{"request_uri":"","expires_in":60}'),
      502,
      'provider_bad_response',
    ],
    [
      'is answered with an endless reference',
      (res) => res.writeHead(201, { 'content-type': 'application/json' }).end(`{"request_uri":"urn:${'x'.repeat(9000)}","expires_in":60}`),
      502,
      'provider_bad_response',
    ],
    ['is cut off', (res) => res.destroy(), 502, 'provider_bad_response'],
    ['is not answered', () => undefined, 504, 'provider_timeout'],
  ]

  test.each(answers)('because it %s ends the login: no plain request is sent in its place', async (_how, answer, status, error) => {
    const pushed = await startServer((request, res) => {
      if (request.url === '/par') answer(res)
      else res.writeHead(404).end()
    })
    const url = await start({
      entry: () => ({
        par: true,
        pushedAuthorizationRequestEndpoint: `${provider.issuer.replace(/:\d+$/, '')}:${new URL(pushed.origin).port}/par`,
      }),
      options: { http: { timeout: 300 } },
    })
    const { status: answered, data, headers } = await browser.json(`${url}/auth/corp`)
    expect({ answered, data }).toMatchObject({ answered: status, data: { error, provider: 'corp' } })
    expect([headers.get('location'), headers.get('set-cookie')]).toEqual([null, null])
    expect(pushed.received.map(({ url: path }) => path)).toEqual(['/par'])
    await pushed.close()
  })

  test('because nobody listens there ends the login', async () => {
    const url = await start({ entry: () => ({ pushedAuthorizationRequestEndpoint: 'http://127.0.0.1:9/par' }) })
    expect((await browser.json(`${url}/auth/corp`)).data).toMatchObject({ error: 'provider_bad_response' })
  })

  test('because the provider names no endpoint for it ends the login', async () => {
    const plain = await startStrictProvider({
      features: { pushedAuthorizationRequests: { enabled: false }, requestObjects: { enabled: false } },
    })
    const app = await startStrictApplication(plain, { entry: () => ({ par: true }) })
    open.push(app)
    expect((await browser.json(`${app.url}/auth/corp`)).data).toMatchObject({ error: 'discovery_failed' })
    await plain.close()
  })

  test.each(['par', 'requestObject'])(
    'because %s is false where the provider requires it is a mistake of the configuration',
    async (option) => {
      const url = await start({ entry: () => ({ [option]: false }) })
      expect((await browser.json(`${url}/auth/corp`)).data).toMatchObject({ error: 'config_invalid' })
    },
  )
})

describe('Case 281: a reference', () => {
  test('is used for one start: each pushes anew, with a state of its own', async () => {
    const url = await start()
    const locations = [await locationOf(url), await locationOf(url)]
    expect(new Set(locations.map(({ searchParams }) => searchParams.get('request_uri'))).size).toBe(2)
    const states = provider.calls('/request').map(({ form }) => decodeJwt(String(form['request']))['state'])
    expect(new Set(states).size).toBe(2)
  })

  test.each(['request_uri', 'request'])('that the browser brings as %s is ignored', async (name) => {
    const url = await start()
    const { headers } = await browser.go(`${url}/auth/corp?${name}=urn:ietf:params:oauth:request_uri:theirs`, { follow: false })
    const location = new URL(headers.get('location') ?? '')
    expect([...location.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    expect(location.href).not.toContain('theirs')
    expect(JSON.stringify(provider.calls('/request')[0]?.form)).not.toContain('theirs')
  })
})

describe('At a provider that takes plain requests too', () => {
  let lenient: StrictProvider
  beforeAll(async () => {
    lenient = await startStrictProvider({
      features: {
        pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
        requestObjects: { enabled: true, requireSignedRequestObject: false },
      },
      configuration: { clientAuthMethods: ['private_key_jwt', 'client_secret_basic', 'client_secret_jwt'] },
    })
  })
  afterAll(async () => {
    await lenient.close()
  })
  beforeEach(() => {
    lenient.requests.length = 0
  })

  async function startAt(entry: Record<string, unknown>, metadata: Record<string, unknown> = {}): Promise<string> {
    const app = await startStrictApplication(lenient, { entry: () => entry, metadata })
    open.push(app)
    return app.url
  }

  test('a request is plain unless the entry says otherwise', async () => {
    const location = await locationOf(await startAt({}))
    expect([...location.searchParams.keys()].sort()).toEqual([
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'nonce',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ])
    expect(lenient.calls('/request')).toEqual([])
  })

  test('requestObject signs it, and repeats what OpenID Connect wants beside it', async () => {
    const url = await startAt({ requestObject: true })
    const location = await locationOf(url)
    expect([...location.searchParams.keys()].sort()).toEqual(['client_id', 'request', 'response_type', 'scope'])
    expect(decodeJwt(location.searchParams.get('request') ?? '')).toMatchObject({
      response_type: 'code',
      scope: location.searchParams.get('scope'),
    })
    await browser.go(`${url}/auth/corp?returnTo=/me`)
    expect((await browser.json(`${url}/me`)).data).toMatchObject({ key: 'corp$ada-id' })
  })

  const secret = 'a secret that is long enough for HS256'
  test.each([
    ['client_secret_basic', {}],
    ['client_secret_jwt', { clientAuth: 'client_secret_jwt' }],
  ])('par pushes it, authenticated as at the token endpoint: %s', async (method, entry) => {
    const url = await startAt(
      { par: true, clientSecret: secret, privateKey: undefined, keyId: undefined, ...entry },
      {
        token_endpoint_auth_method: method,
        token_endpoint_auth_signing_alg: undefined,
        client_secret: secret,
        jwks: undefined,
        request_object_signing_alg: undefined,
      },
    )
    await browser.go(`${url}/auth/corp?returnTo=/me`)
    expect((await browser.json(`${url}/me`)).data).toMatchObject({ key: 'corp$ada-id' })
    const [pushed] = lenient.calls('/request')
    expect(pushed?.form).toMatchObject({ response_type: 'code', scope: 'openid profile email', redirect_uri: `${url}/auth/corp/callback` })
    expect([pushed?.headers.authorization !== undefined, pushed?.form['client_assertion'] !== undefined]).toEqual(
      method === 'client_secret_basic' ? [true, false] : [false, true],
    )
  })

  test('OAuth 2.0 does both by endpoints in the entry', async () => {
    const url = await startAt({
      protocol: 'oauth2',
      authorizationEndpoint: `${lenient.issuer}/auth`,
      tokenEndpoint: `${lenient.issuer}/token`,
      pushedAuthorizationRequestEndpoint: `${lenient.issuer}/request`,
      requestObject: true,
      userinfoEndpoint: `${lenient.issuer}/me`,
      scope: ['openid', 'profile'],
      profile: { id: 'sub' },
    })
    const location = await locationOf(url)
    expect([...location.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    await browser.go(`${url}/auth/corp?returnTo=/me`)
    expect((await browser.json(`${url}/me`)).data).toMatchObject({ key: 'corp$ada-id' })
  })

  test('several resources are several parameters of a plain request, and the tokens are for the first', async () => {
    const url = await startAt({ resource: ['https://one.example/', 'https://two.example/'], scope: ['openid', 'read'] })
    const location = await locationOf(url)
    expect(location.searchParams.getAll('resource')).toEqual(['https://one.example/', 'https://two.example/'])
    await browser.go(`${url}/auth/corp?returnTo=/me`)
    expect((await browser.json(`${url}/me`)).data).toMatchObject({ key: 'corp$ada-id' })
    expect(lenient.calls('/token')[0]?.form['resource']).toBe('https://one.example/')
  })
})

test('A provider that requires pushed requests needs issuer, id and secret alone', async () => {
  const secret = 'a secret of the tests'
  const strict = await startStrictProvider({
    features: { requestObjects: { enabled: false } },
    configuration: { clientAuthMethods: ['client_secret_basic'] },
  })
  const app = await startStrictApplication(strict, {
    entry: () => ({ clientSecret: secret, privateKey: undefined, keyId: undefined }),
    metadata: {
      token_endpoint_auth_method: 'client_secret_basic',
      token_endpoint_auth_signing_alg: undefined,
      client_secret: secret,
      jwks: undefined,
      request_object_signing_alg: undefined,
    },
  })
  open.push(app)
  await browser.go(`${app.url}/auth/corp?returnTo=/me`)
  expect((await browser.json(`${app.url}/me`)).data).toMatchObject({ key: 'corp$ada-id' })
  await strict.close()
})

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { decodeProtectedHeader, exportJWK, importJWK, jwtVerify, type CryptoKey } from 'jose'
import { authRouter, type AuthRouter, type AuthRouterOptions, type JwtBearerGrant } from '../../middleware/index.js'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { resources, startGrantServer, type Echo, type GrantServer } from '../support/grantServer.js'
import { sendJson, startServer, type SmallServer } from '../support/unitServer.js'
import { testSecret } from '../support/application.js'

/** Access by a JWT that the application signs (RFC 7523 section 2.1), as service accounts have it. */

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const open: AuthRouter[] = []
function router(entry: object, options: object = {}): AuthRouter {
  const made = authRouter({
    secret: testSecret,
    logger: false,
    baseUrl: 'http://127.0.0.1:1',
    providers: { corp: entry },
    ...options,
  } as AuthRouterOptions)
  open.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((auth) => auth.close()))
})

afterEach(() => {
  jest.restoreAllMocks()
})

function later(seconds: number): void {
  const now = Date.now()
  jest.spyOn(Date, 'now').mockImplementation(() => now + seconds * 1000)
}

describe('At a certified server', () => {
  let server: GrantServer
  beforeAll(async () => {
    server = await startGrantServer()
    const common = { redirect_uris: [], response_types: [], grant_types: [jwtBearer] }
    server.addClient({ ...common, client_id: 'confidential', client_secret: 'secret of it' })
    server.addClient({
      ...common,
      client_id: 'signing',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(rsa.publicKey)) }] },
    } as never)
    for (const name of ['confidential', 'signing'])
      server.assertions.keys.set(name, (await importJWK(await exportJWK(rsa.publicKey), 'RS256')) as CryptoKey)
  })
  afterAll(() => server.close())
  beforeEach(() => {
    server.tokenCalls.length = 0
    server.assertions.claims.length = 0
  })

  const entry = (clientId: string, more: object): object => ({
    protocol: 'oidc',
    issuer: server.issuer,
    apiBaseUrl: server.apiBaseUrl,
    clientId,
    privateKey: pem(rsa.privateKey),
    ...more,
  })

  test.each([
    ['confidential', { clientSecret: 'secret of it' }],
    ['signing', { clientAuth: 'private_key_jwt' }],
  ])('a %s client gets tokens for each subject and API, once', async (clientId, more) => {
    const auth = router(entry(clientId, more))
    const get = async (grant: Partial<JwtBearerGrant>): Promise<Echo> =>
      (await auth.client('corp', { grant: 'jwt_bearer', ...grant }).get<Echo>('echo')).data
    expect(await get({ subject: 'ada', scope: ['write'], resource: resources[0] })).toMatchObject({
      subject: 'ada',
      scope: 'write',
      audience: resources[0],
      client: clientId,
    })
    expect((await get({ subject: 'grace' })).subject).toBe('grace')
    expect((await get({})).subject).toBe(clientId)
    await Promise.all([get({ subject: 'grace' }), get({ subject: 'ada', scope: ['write'], resource: resources[0] })])
    expect(server.assertions.claims.map(({ sub }) => sub)).toEqual(['ada', 'grace', clientId])
    expect(new Set(server.assertions.claims.map(({ jti }) => jti)).size).toBe(3)
  })

  test('one that nobody trusts is refused', async () => {
    const auth = router(
      entry('confidential', {
        clientSecret: 'secret of it',
        privateKey: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
      }),
    )
    await expect(auth.client('corp', { grant: 'jwt_bearer' }).get('echo')).rejects.toMatchObject({
      code: 'reauth_required',
      providerError: 'invalid_grant',
    })
    await expect(
      router(entry('confidential', { clientSecret: 'secret of it' }))
        .client('corp', { grant: 'jwt_bearer', audience: 'https://other.example' })
        .get('echo'),
    ).rejects.toMatchObject({ providerError: 'invalid_grant' })
  })

  test('an ended token is asked for anew, with a new assertion', async () => {
    server.accessTokenLifetime = 60
    const client = router(entry('confidential', { clientSecret: 'secret of it' })).client('corp', { grant: 'jwt_bearer', subject: 'ada' })
    await client.get('echo')
    later(61)
    server.accessTokenLifetime = 3600
    expect((await client.get('echo')).status).toBe(200)
    expect(server.assertions.claims).toHaveLength(2)
  })

  test('processes with one token store share the tokens', async () => {
    const tokenStore = memoryTokenStore()
    for (let process = 0; process < 2; process++)
      await router(entry('confidential', { clientSecret: 'secret of it' }), { tokenStore })
        .client('corp', { grant: 'jwt_bearer', subject: 'ada' })
        .get('echo')
    expect(server.assertions.claims).toHaveLength(1)
  })
})

describe('At a server that knows service accounts alone', () => {
  const servers: SmallServer[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(({ close }) => close()))
  })

  async function asked(protocol: 'oidc' | 'oauth2', key: KeyObject, grant: Partial<JwtBearerGrant>, more: object = {}) {
    const server: SmallServer = await startServer(({ url }, res) => {
      if (url.startsWith('/.well-known/'))
        sendJson(res, { issuer: server.origin, token_endpoint: `${server.origin}/token`, jwks_uri: `${server.origin}/jwks` })
      else if (url === '/token') sendJson(res, { access_token: 'for the service', token_type: 'Bearer', expires_in: 3600 })
      else sendJson(res, {})
    })
    servers.push(server)
    const endpoints = { authorizationEndpoint: `${server.origin}/a`, tokenEndpoint: `${server.origin}/token`, profile: { id: 'sub' } }
    const auth = router({
      protocol,
      ...(protocol === 'oidc' ? { issuer: server.origin } : endpoints),
      clientId: 'service@project.example',
      privateKey: pem(key),
      keyId: 'key-1',
      apiBaseUrl: `${server.origin}/`,
      ...more,
    })
    await auth.client('corp', { grant: 'jwt_bearer', ...grant }).get('x')
    const call = server.received.find(({ url }) => url === '/token')
    return { form: Object.fromEntries(new URLSearchParams(call?.body)), headers: call?.headers ?? {}, origin: server.origin }
  }

  test.each([
    ['oidc', rsa],
    ['oidc', elliptic],
    ['oauth2', rsa],
  ] as const)('the assertion speaks for itself, by %s', async (protocol, { privateKey, publicKey }) => {
    const { form, headers, origin } = await asked(protocol, privateKey, {
      scope: ['drive', 'mail'],
      claims: { target: 'x' },
      subject: false,
    })
    expect(Object.keys(form).sort()).toEqual(['assertion', 'grant_type', 'scope'])
    expect(form).toMatchObject({ grant_type: jwtBearer, scope: 'drive mail' })
    expect(headers).not.toHaveProperty('authorization')
    const { payload } = await jwtVerify(form['assertion'] ?? '', publicKey, { issuer: 'service@project.example' })
    const { iat = 0, exp = 0, jti = '', ...claims } = payload
    expect(claims).toEqual({
      iss: 'service@project.example',
      aud: protocol === 'oidc' ? origin : `${origin}/token`,
      scope: 'drive mail',
      target: 'x',
    })
    expect(exp - iat).toBe(300)
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(60)
    expect(jti.length).toBeGreaterThan(20)
    expect(decodeProtectedHeader(form['assertion'] ?? '')).toEqual({
      alg: publicKey.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256',
      kid: 'key-1',
    })
  })

  test('subject and audience are those that the provider wants', async () => {
    const { form } = await asked(
      'oauth2',
      rsa.privateKey,
      { subject: 'ada@corp.example', audience: 'https://login.example' },
      { clientAuth: 'none' },
    )
    const { payload } = await jwtVerify(form['assertion'] ?? '', rsa.publicKey)
    expect(payload).toMatchObject({ sub: 'ada@corp.example', aud: 'https://login.example' })
    expect(form).not.toHaveProperty('client_id')
  })
})

test('What the grant cannot have, or the entry lacks, is refused at once', () => {
  const entry = { protocol: 'oidc', issuer: 'https://id.example', clientId: 'a' }
  const code = (auth: AuthRouter, grant: object): unknown => {
    try {
      auth.client('corp', { grant: 'jwt_bearer', ...grant } as never)
      return 'accepted'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect(code(router({ ...entry, clientSecret: 'b' }), {})).toBe('config_invalid')
  const auth = router({ ...entry, privateKey: pem(rsa.privateKey) })
  expect(code(auth, {})).toBe('accepted')
  expect(
    [
      { subject: '' },
      { subject: true },
      { audience: ['a'] },
      { claims: 'x' },
      { claims: { exp: 1 } },
      { claims: { iss: 'x' } },
      { scope: 'x' },
      { subjectToken: 'x' },
    ].map((grant) => code(auth, grant)),
  ).toEqual(Array.from({ length: 8 }, () => 'bad_request'))
})

test('A protocol without a token endpoint has no grants', () => {
  const entry = {
    protocol: 'oauth1',
    requestTokenEndpoint: 'https://id.example/r',
    authorizationEndpoint: 'https://id.example/a',
    accessTokenEndpoint: 'https://id.example/t',
    profile: { id: 'id' },
    clientId: 'a',
    clientSecret: 'b',
  }
  expect(() => router(entry).client('corp', { grant: 'client_credentials' })).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})

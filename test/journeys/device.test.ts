import { generateKeyPairSync } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { exportJWK } from 'jose'
import { authRouter, type AuthRouter, type AuthRouterOptions, type DeviceOptions, type UserCode } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { resources, startGrantServer, type Echo, type GrantServer } from '../support/grantServer.js'
import { sendJson, startServer, type SmallServer } from '../support/unitServer.js'

/** A command-line tool signs its user in (RFC 8628). */

const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

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

/** What the user does in a browser. */
async function answer({ verificationUriComplete = '' }: UserCode, decision: 'confirm' | 'abort'): Promise<string> {
  const browser = createBrowser()
  const page = await browser.go(verificationUriComplete)
  const form = fieldsOf(page.body)
  const url = new URL('/device', verificationUriComplete).href
  const confirm = await browser.go(url, { method: 'POST', form })
  return (await browser.go(url, { method: 'POST', form: { ...form, ...fieldsOf(confirm.body), [decision]: 'yes' } })).body
}

function fieldsOf(html: string): Record<string, string> {
  return Object.fromEntries(
    [...html.matchAll(/name="(xsrf|user_code)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

describe('At a certified server', () => {
  let server: GrantServer
  beforeAll(async () => {
    server = await startGrantServer()
    const common = { redirect_uris: [], response_types: [], grant_types: [deviceCode, 'refresh_token'] }
    server.addClient({ ...common, client_id: 'tool', token_endpoint_auth_method: 'none' })
    server.addClient({
      ...common,
      client_id: 'signing',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)) }] },
    } as never)
  })
  afterAll(() => server.close())
  beforeEach(() => {
    server.tokenCalls.length = 0
  })

  const entries: [string, () => object][] = [
    ['oidc, a public client', () => ({ protocol: 'oidc', issuer: server.issuer, clientId: 'tool', clientAuth: 'none' })],
    [
      'oidc, a client that signs',
      () => ({
        protocol: 'oidc',
        issuer: server.issuer,
        clientId: 'signing',
        clientAuth: 'private_key_jwt',
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }),
    ],
    [
      'oauth2',
      () => ({
        protocol: 'oauth2',
        authorizationEndpoint: `${server.issuer}/auth`,
        tokenEndpoint: `${server.issuer}/token`,
        deviceAuthorizationEndpoint: `${server.issuer}/device/auth`,
        userinfoEndpoint: `${server.issuer}/me`,
        profile: { id: 'sub', name: 'name' },
        clientId: 'tool',
        clientAuth: 'none',
      }),
    ],
  ]
  const entryOf = (make: () => object): object => ({
    ...make(),
    apiBaseUrl: server.apiBaseUrl,
    scope: ['openid', 'profile', 'offline_access'],
  })

  test.each(entries)('the user types a code, and the tool has their account, by %s', async (_how, make) => {
    const auth = router(entryOf(make))
    const shown: UserCode[] = []
    const login = auth.device('corp', {
      onCode(code) {
        shown.push(code)
      },
    })
    while (shown.length === 0 || server.tokenCalls.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const [code = {} as UserCode] = shown
    expect(code).toMatchObject({ verificationUri: `${server.issuer}/device`, expiresIn: 600 })
    expect(code.userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
    expect(Object.keys(code).sort()).toEqual(['expiresIn', 'userCode', 'verificationUri', 'verificationUriComplete'])
    expect(await answer(code, 'confirm')).toBe('done')
    const { user, client } = await login
    expect(user).toMatchObject({ provider: 'corp', id: 'ada', key: 'corp$ada', name: 'Name of ada' })
    expect((await client.get<Echo>('echo')).data).toMatchObject({ subject: 'ada' })

    // The next time, in another process.
    const text = client.credentials.seal()
    const again = router(entryOf(make)).client('corp', text)
    await again.credentials.refresh({ force: true })
    expect((await again.get<Echo>('echo')).data).toMatchObject({ subject: 'ada' })
  })

  test('a user who says no is access_denied', async () => {
    const auth = router(entryOf(entries[0]?.[1] ?? (() => ({}))))
    const login = auth.device('corp', { onCode: (code) => void answer(code, 'abort') })
    await expect(login).rejects.toMatchObject({ code: 'access_denied', status: 403, provider: 'corp' })
  })

  test('the tool can stop waiting, before and after the code', async () => {
    const auth = router(entryOf(entries[0]?.[1] ?? (() => ({}))))
    const reason = new Error('enough')
    const aborted = auth.device('corp', { onCode: () => undefined, signal: AbortSignal.abort(reason) })
    await expect(aborted).rejects.toBe(reason)
    const controller = new AbortController()
    const waiting = auth.device('corp', {
      onCode() {
        setTimeout(() => {
          controller.abort(reason)
        }, 200)
      },
      signal: controller.signal,
    })
    await expect(waiting).rejects.toBe(reason)
    const calls = server.tokenCalls.length
    expect(calls).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server.tokenCalls.length).toBeLessThanOrEqual(calls + 1)
  })

  test('what the tool asks for beside is sent', async () => {
    const auth = router({ ...entryOf(entries[0]?.[1] ?? (() => ({}))), scope: ['openid'] })
    const login = auth.device('corp', { scope: ['read'], resource: resources[0], onCode: (code) => void answer(code, 'confirm') })
    const { client } = await login
    expect(client.credentials.scope?.split(' ')).toContain('openid')
  })
})

describe('A server that is hostile, or slow', () => {
  const servers: SmallServer[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(({ close }) => close()))
  })

  const good = { device_code: 'd', user_code: 'AAAA-BBBB', expires_in: 60, interval: 0.02 }

  async function start(
    authorization: object,
    tokens: (round: number) => object | undefined,
  ): Promise<{ auth: AuthRouter; rounds: () => number }> {
    let round = 0
    const server: SmallServer = await startServer(({ url }, res) => {
      if (url === '/device') sendJson(res, { verification_uri: `${server.origin}/code`, ...good, ...authorization })
      else if (url === '/token') {
        const told = tokens(round++)
        if (told) sendJson(res, told, 'error' in told ? 400 : 200)
      } else sendJson(res, { id: '7', name: 'Ada' })
    })
    servers.push(server)
    const auth = router(
      {
        protocol: 'oauth2',
        authorizationEndpoint: `${server.origin}/a`,
        tokenEndpoint: `${server.origin}/token`,
        deviceAuthorizationEndpoint: `${server.origin}/device`,
        userinfoEndpoint: `${server.origin}/me`,
        profile: { id: 'id', name: 'name' },
        clientId: 'tool',
        clientSecret: 'secret of the tool',
      },
      { http: { timeout: 300 } },
    )
    return { auth, rounds: () => round }
  }
  const pending = { error: 'authorization_pending' }
  const access = { access_token: 'a', token_type: 'Bearer' }
  const device = (auth: AuthRouter, more: Partial<DeviceOptions> = {}): ReturnType<AuthRouter['device']> =>
    auth.device('corp', { onCode: () => undefined, ...more })

  test('is asked until it is done', async () => {
    const { auth, rounds } = await start({}, (round) => (round < 5 ? pending : access))
    expect((await device(auth)).user).toMatchObject({ id: '7', name: 'Ada' })
    expect(rounds()).toBe(6)
  })

  test.each([
    ['asked too often is asked five seconds later', { error: 'slow_down' }],
    ['is waited for no longer than the code is good', undefined],
  ])('that is %s', async (_what, told) => {
    const { auth, rounds } = await start({ expires_in: 2, interval: told ? 0.02 : 0.9 }, () => told)
    await expect(device(auth)).rejects.toMatchObject({ code: 'state_expired' })
    expect(rounds()).toBe(1)
  })

  test.each([
    ['expired_token', { code: 'state_expired' }],
    ['access_denied', { code: 'access_denied' }],
    ['invalid_grant', { code: 'provider_error', providerError: 'invalid_grant' }],
  ])('whose answer is %s', async (error, expected) => {
    const { auth } = await start({}, () => ({ error }))
    await expect(device(auth)).rejects.toMatchObject(expected)
  })

  test.each([
    ['an address that is a script', { verification_uri: 'javascript:alert(1)' }],
    ['an address without encryption', { verification_uri: 'http://elsewhere.example/' }],
    ['an address with credentials', { verification_uri: 'https://a:b@elsewhere.example/' }],
    ['a code that writes over the terminal', { user_code: 'A\u001b[2J' }],
    ['a code of two lines', { user_code: 'A\nB' }],
    ['a code of many letters', { user_code: 'A'.repeat(65) }],
    ['no code', { user_code: '' }],
    ['no device code', { device_code: undefined }],
    ['no end', { expires_in: undefined }],
  ])('that gives %s is not shown', async (_what, authorization) => {
    const { auth, rounds } = await start(authorization, () => access)
    const shown: unknown[] = []
    await expect(device(auth, { onCode: (code) => void shown.push(code) })).rejects.toMatchObject({ code: 'provider_bad_response' })
    expect([shown, rounds()]).toEqual([[], 0])
  })

  test('that gives a bad complete address is shown without', async () => {
    const { auth } = await start({ verification_uri_complete: 'javascript:alert(1)' }, () => access)
    const shown: UserCode[] = []
    await device(auth, { onCode: (code) => void shown.push(code) })
    expect(shown[0]).not.toHaveProperty('verificationUriComplete')
  })

  test('does not keep a tool from failing', async () => {
    const { auth, rounds } = await start({}, () => access)
    const onCode = (): never => {
      throw new Error('no terminal')
    }
    await expect(device(auth, { onCode })).rejects.toMatchObject({ code: 'hook_failed' })
    expect(rounds()).toBe(0)
  })

  test('What a tool cannot ask for is refused, and so is a provider without the endpoint', async () => {
    const { auth } = await start({}, () => access)
    for (const options of [{}, { onCode: 'x' }, { onCode: () => undefined, scopes: ['a'] }, { onCode: () => undefined, scope: 'a' }])
      await expect(auth.device('corp', options as never)).rejects.toMatchObject({ code: 'bad_request' })
    await expect(
      device(
        router({
          protocol: 'oauth2',
          authorizationEndpoint: 'https://id.example/a',
          tokenEndpoint: 'https://id.example/t',
          profile: { id: 'id' },
          clientId: 'a',
          clientSecret: 'b',
        }),
      ),
    ).rejects.toMatchObject({ code: 'config_invalid' })
    await expect(auth.device('nobody', { onCode: () => undefined })).rejects.toMatchObject({ code: 'unknown_provider' })
  })
})

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test } from '@jest/globals'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { basicAuthorization, clientAuthMethod, formEncode } from '../../../lib/endpoints/clientAuthentication.js'
import { requestTokens } from '../../../lib/endpoints/token.js'
import type { Client, ClientAuthFunction, Context, ResolvedProvider } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { sendJson, startServer, type Received, type SmallServer } from '../../support/unitServer.js'

interface Row {
  method?: string
  body_out?: string
  rule?: string
  claims?: Record<string, string>
  body_adds?: string[]
  key_types?: string[]
}
const { oauth2 } = JSON.parse(readFileSync(new URL('../../vectors.json', import.meta.url), 'utf8')) as { oauth2: { client_auth: Row[] } }
const rowOf = (method: string): Row => oauth2.client_auth.find((row) => row.method === method) ?? {}

const open: SmallServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

/** What a token endpoint gets from a client; `own` says that the application brings its own fetch. */
async function sentBy(
  client: Client,
  provider: Partial<ResolvedProvider> = {},
  own = false,
): Promise<Received & { form: URLSearchParams; endpoint: string }> {
  const server = await startServer((_request, res) => {
    sendJson(res, { access_token: 'a', token_type: 'Bearer' })
  })
  open.push(server)
  const endpoint = `${server.origin}/token`
  const context: Context = contextFor({
    client,
    provider: { tokenEndpoint: endpoint, ...provider },
    outbound: own ? { fetch: globalThis.fetch } : {},
  })
  await requestTokens(context, { grant_type: 'authorization_code' }, endpoint)
  const [request] = server.received
  if (!request) throw new Error('nothing was sent')
  return { ...request, form: new URLSearchParams(request.body), endpoint }
}

test('The vectors are five: four methods and a rule', () => {
  expect(oauth2.client_auth.map(({ method, rule }) => method ?? typeof rule)).toEqual([
    'client_secret_post',
    'none',
    'client_secret_jwt',
    'private_key_jwt',
    'string',
  ])
})

describe('The vectors', () => {
  test.each([false, true])('client_secret_post, with a fetch of the application: %p', async (own) => {
    const { form, headers } = await sentBy({ clientId: 'foo', clientSecret: 'b:ar' }, { clientAuth: 'post' }, own)
    expect(Object.fromEntries(form)).toEqual(Object.fromEntries(new URLSearchParams(rowOf('client_secret_post').body_out)))
    expect(headers.authorization).toBeUndefined()
  })

  test('none', async () => {
    const { form, headers } = await sentBy({ clientId: 'foo' })
    expect(Object.fromEntries(form)).toEqual(Object.fromEntries(new URLSearchParams(rowOf('none').body_out)))
    expect(headers.authorization).toBeUndefined()
  })

  test('client_secret_jwt, with one difference: its audience is the issuer, so that no other server can use it', async () => {
    const secret = 'a secret of at least thirty-two bytes!'
    const { form } = await sentBy(
      { clientId: 'client_id_1', clientSecret: secret },
      { clientAuth: 'client_secret_jwt', issuer: 'http://127.0.0.1' },
    )
    const { payload, protectedHeader } = await jwtVerify(form.get('client_assertion') ?? '', Buffer.from(secret), { algorithms: ['HS256'] })
    const { aud: _endpoint, ...claims } = rowOf('client_secret_jwt').claims ?? {}
    expect(payload).toMatchObject({ ...claims, aud: 'http://127.0.0.1', jti: expect.any(String) as unknown })
    expect(protectedHeader.alg).toBe('HS256')
    for (const added of rowOf('client_secret_jwt').body_adds ?? [])
      expect(form.get(added.split('=')[0] ?? '')).toBe(added.includes('=') ? added.split('=')[1] : form.get('client_assertion'))
    expect(form.has('client_secret')).toBe(false)
  })

  test('the rule of the default', async () => {
    expect(clientAuthMethod(contextFor().provider, { clientId: 'a', clientSecret: 'b' })).toBe('basic')
    expect(clientAuthMethod(contextFor().provider, { clientId: 'a' })).toBe('none')
    expect((await sentBy({ clientId: 'a', clientSecret: 'b' })).headers.authorization).toBe(
      `Basic ${Buffer.from('a:b').toString('base64')}`,
    )
  })
})

describe('private_key_jwt', () => {
  const pairs: [string, string, () => { privateKey: KeyObject; publicKey: KeyObject }][] = [
    ['RSA', 'RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['P-256', 'ES256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['P-384', 'ES384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['P-521', 'ES512', () => generateKeyPairSync('ec', { namedCurve: 'P-521' })],
    ['Ed25519', 'Ed25519', () => generateKeyPairSync('ed25519')],
  ]

  test('covers the kinds of key of the vector', () => {
    expect(rowOf('private_key_jwt').key_types).toEqual(['RSA', 'EC', 'OKP'])
  })

  test.each(pairs)('signs with a key of %s as %s, for the issuer, for a short time, once', async (_kind, algorithm, generate) => {
    const { privateKey, publicKey } = generate()
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const assertions = await Promise.all(
      [0, 1].map(async () => {
        const { form, headers } = await sentBy({ clientId: 'the client', privateKey: pem }, { issuer: 'http://127.0.0.1/issuer' })
        expect([form.get('client_assertion_type'), form.get('client_id'), headers.authorization]).toEqual([
          'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          'the client',
          undefined,
        ])
        return form.get('client_assertion') ?? ''
      }),
    )
    const claims = await Promise.all(
      assertions.map(async (assertion) => {
        expect(decodeProtectedHeader(assertion).alg).toBe(algorithm)
        const { payload } = await jwtVerify(assertion, publicKey, {
          issuer: 'the client',
          subject: 'the client',
          audience: 'http://127.0.0.1/issuer',
        })
        expect(payload.aud).toBe('http://127.0.0.1/issuer')
        expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(300)
        return payload
      }),
    )
    expect(claims[0]?.jti).not.toBe(claims[1]?.jti)
  })

  test('names its key where the entry does, and not otherwise', async () => {
    const privateKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const headerOf = async (client: Parameters<typeof sentBy>[0]): Promise<unknown> =>
      decodeProtectedHeader((await sentBy(client)).form.get('client_assertion') ?? '')
    expect(await headerOf({ clientId: 'a', privateKey, keyId: 'key-2026' })).toMatchObject({ kid: 'key-2026' })
    expect(await headerOf({ clientId: 'a', privateKey })).not.toHaveProperty('kid')
  })

  test.each<[string, (key: KeyObject) => string]>([
    ['PKCS#1', (key) => key.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['indented', (key) => key.export({ type: 'pkcs8', format: 'pem' }).toString().replace(/^/gm, '    ')],
    ['with Windows line ends', (key) => key.export({ type: 'pkcs8', format: 'pem' }).toString().replaceAll('\n', '\r\n')],
  ])('reads a key that is written as %s', async (_how, write) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { form } = await sentBy({ clientId: 'a', privateKey: write(privateKey) })
    await expect(jwtVerify(form.get('client_assertion') ?? '', publicKey)).resolves.toBeDefined()
  })

  test.each<[string, () => string | undefined]>([
    ['is absent', () => undefined],
    ['is no key', () => 'canary'],
    ['is broken', () => '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----'],
    ['is a public one', () => generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['cannot sign', () => generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    [
      'is of a curve that JWS does not know',
      () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('with a key that %s is a mistake of the configuration', async (_what, key) => {
    const privateKey = key()
    const thrown: unknown = await sentBy(
      { clientId: 'a', ...(privateKey === undefined ? {} : { privateKey }) },
      { clientAuth: 'private_key_jwt' },
    ).catch((error: unknown) => error)
    expect(thrown).toMatchObject({ code: 'config_invalid' })
    expect(String(thrown)).not.toContain('canary')
  })
})

describe('A function of the application', () => {
  test('is waited for, and may change headers and form', async () => {
    const clientAuth = async ({ clientId, clientSecret, headers, form }: Parameters<ClientAuthFunction>[0]): Promise<void> => {
      await new Promise(setImmediate)
      headers.set('x-client', clientId)
      form.set('proof', String(clientSecret))
    }
    const { form, headers } = await sentBy({ clientId: 'a', clientSecret: 'b' }, { clientAuth: clientAuth as ClientAuthFunction })
    expect([headers['x-client'], form.get('proof'), headers.authorization]).toEqual(['a', 'b', undefined])
  })
})

describe('HTTP Basic', () => {
  const clientId = 'id-c.l_i*~ +&:é'
  const clientSecret = 'se-c.r_et*~ +&:é'
  const encoded = `Basic ${Buffer.from('id-c.l_i*%7E+%2B%26%3A%C3%A9:se-c.r_et*%7E+%2B%26%3A%C3%A9').toString('base64')}`
  const raw = `Basic ${Buffer.from(`${clientId}:${clientSecret}`, 'utf8').toString('base64')}`

  test('encodes as RFC 6749 section 2.3.1 asks, and leaves "- . _ *" as they are', () => {
    expect(formEncode("-._* ~!'()%+&=:/é✓\u{1f600}")).toBe('-._*+%7E%21%27%28%29%25%2B%26%3D%3A%2F%C3%A9%E2%9C%93%F0%9F%98%80')
    expect(basicAuthorization({ clientId, clientSecret })).toBe(encoded)
    expect(basicAuthorization({ clientId: 'a' })).toBe(`Basic ${Buffer.from('a:').toString('base64')}`)
  })

  test.each([false, true])('reaches the server exactly so, with a fetch of the application: %p', async (own) => {
    expect((await sentBy({ clientId, clientSecret }, { clientAuth: 'basic' }, own)).headers.authorization).toBe(encoded)
    expect((await sentBy({ clientId, clientSecret }, { clientAuth: 'basic_raw' }, own)).headers.authorization).toBe(raw)
    const { form, headers } = await sentBy({ clientId, clientSecret }, { clientAuth: 'post' }, own)
    expect([form.get('client_id'), form.get('client_secret'), headers.authorization]).toEqual([clientId, clientSecret, undefined])
    const none = await sentBy({ clientId, clientSecret }, { clientAuth: 'none' }, own)
    expect([none.form.get('client_id'), none.form.get('client_secret'), none.headers.authorization]).toEqual([clientId, null, undefined])
  })

  test.each([false, true])('reaches the server exactly so where both are ASCII, with a fetch of the application: %p', async (own) => {
    const ascii = { clientId: clientId.replace('é', ''), clientSecret: clientSecret.replace('é', '') }
    expect((await sentBy(ascii, { clientAuth: 'basic' }, own)).headers.authorization).toBe(
      `Basic ${Buffer.from('id-c.l_i*%7E+%2B%26%3A:se-c.r_et*%7E+%2B%26%3A').toString('base64')}`,
    )
    expect((await sentBy(ascii, { clientAuth: 'basic_raw' }, own)).headers.authorization).toBe(
      `Basic ${Buffer.from(`${ascii.clientId}:${ascii.clientSecret}`).toString('base64')}`,
    )
    const { form } = await sentBy(ascii, { clientAuth: 'post' }, own)
    expect([form.get('client_id'), form.get('client_secret')]).toEqual([ascii.clientId, ascii.clientSecret])
  })
})

describe('Of the methods that a server lists', () => {
  const { provider } = contextFor()
  const both: Client = { clientId: 'a', clientSecret: 'b' }
  test.each<[string[] | undefined, string]>([
    [undefined, 'basic'],
    [['client_secret_post', 'client_secret_basic'], 'basic'],
    [['client_secret_jwt', 'client_secret_post'], 'post'],
    [['client_secret_jwt'], 'client_secret_jwt'],
    [['tls_client_auth'], 'basic'],
    [[], 'basic'],
  ])('%j, it takes %s', (listed, method) => {
    expect(clientAuthMethod(provider, both, listed)).toBe(method)
  })

  test('the configured one wins, and without a secret there is little choice', () => {
    expect(clientAuthMethod({ ...provider, clientAuth: 'post' }, both, ['client_secret_basic'])).toBe('post')
    expect(clientAuthMethod({ ...provider, clientAuth: () => undefined }, both)).toBe('function')
    expect(clientAuthMethod(provider, { clientId: 'a' }, ['client_secret_basic'])).toBe('none')
    expect(clientAuthMethod(provider, { clientId: 'a', privateKey: 'k' }, ['client_secret_basic'])).toBe('private_key_jwt')
  })
})

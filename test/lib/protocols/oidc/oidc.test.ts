import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeJwt, exportJWK, generateKeyPair, importSPKI, jwtVerify, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { codeChallenge } from '../../../../lib/base/random.js'
import { callback } from '../../../../lib/callback.js'
import { login } from '../../../../lib/login.js'
import { standardClaims } from '../../../../lib/profile.js'
import type { CallbackParameters, Context, Transaction } from '../../../../lib/types.js'
import { contextFor } from '../../../support/context.js'

/** A strict fake of a provider, for what a certified one will not do. */

const right = await generateKeyPair('RS256', { extractable: true })
const wrong = await generateKeyPair('RS256', { extractable: true })

let issuer = ''
let close: () => void
let metadata: Record<string, unknown>
let idToken: (claims: JWTPayload) => Promise<string>
let userinfo: Record<string, unknown>
let keys: object[]
const calls: Record<string, number> = {}
let tokenForm = new URLSearchParams()

const sign =
  (key: typeof right.privateKey, header: object = {}) =>
  (claims: JWTPayload): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k', ...header }).sign(key)

beforeAll(async () => {
  const server = createServer((req, res) => {
    void serve(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  close = () => {
    server.close()
    server.closeAllConnections()
  }
})
afterAll(() => {
  close()
})
beforeEach(async () => {
  metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
  idToken = sign(right.privateKey)
  userinfo = { sub: 'ada', name: 'Ada', email: 'ada@example.com', email_verified: true }
  keys = [{ ...(await exportJWK(right.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }]
  for (const name of Object.keys(calls)) Reflect.deleteProperty(calls, name)
})

let claims: JWTPayload = {}

async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of req as AsyncIterable<Buffer>) parts.push(part)
  const path = req.url ?? ''
  calls[path] = (calls[path] ?? 0) + 1
  if (path === '/token') tokenForm = new URLSearchParams(Buffer.concat(parts).toString())
  const body = path.startsWith('/.well-known')
    ? metadata
    : path === '/keys'
      ? { keys }
      : path === '/userinfo'
        ? userinfo
        : { access_token: 'a', token_type: 'Bearer', id_token: await idToken(claims) }
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify(body))
}

function context(provider: Partial<Context['provider']> = {}, parts: Partial<Context> = {}): Context {
  return contextFor({ ...parts, provider: { protocol: 'oidc', issuer, scope: ['openid'], profile: standardClaims, ...provider } as never })
}

interface Started {
  context: Context
  transaction: Transaction
  parameters: CallbackParameters
  location: URL
}

async function start(of: Context = context()): Promise<Started> {
  const { location, transaction } = await login(of)
  const url = new URL(location)
  const now = Math.floor(Date.now() / 1000)
  claims = { iss: issuer, aud: 'the-client', sub: 'ada', iat: now, exp: now + 600, nonce: url.searchParams.get('nonce') ?? '' }
  return { context: of, transaction, location: url, parameters: { code: 'c', state: url.searchParams.get('state') ?? '', iss: issuer } }
}

const finish = ({ context: of, transaction, parameters }: Started): Promise<unknown> => callback(of, transaction, parameters)

test('A login is asked for with PKCE and nonce, and gives the person', async () => {
  const started = await start()
  expect(started.location.searchParams.get('code_challenge')).toBe(codeChallenge(started.transaction.codeVerifier ?? ''))
  expect(await finish(started)).toMatchObject({
    user: { id: 'ada', email: 'ada@example.com', emailVerified: true },
    tokens: { accessToken: 'a' },
  })
  expect(tokenForm.get('code_verifier')).toBe(started.transaction.codeVerifier)
  expect(calls).toEqual({ '/.well-known/openid-configuration': 1, '/token': 1, '/keys': 1, '/userinfo': 1 })
})

describe('An ID Token', () => {
  const now = Math.floor(Date.now() / 1000)
  test.each<[string, (good: JWTPayload) => JWTPayload, string]>([
    ['of another issuer', (good) => ({ ...good, iss: 'https://other.example' }), 'idtoken_invalid'],
    ['of the issuer with a slash', (good) => ({ ...good, iss: `${issuer}/` }), 'idtoken_invalid'],
    ['without an issuer', ({ iss: _iss, ...rest }) => rest, 'idtoken_invalid'],
    ['for another client', (good) => ({ ...good, aud: 'other' }), 'idtoken_invalid'],
    ['for nobody', ({ aud: _aud, ...rest }) => rest, 'idtoken_invalid'],
    ['for several, authorised for another', (good) => ({ ...good, aud: ['the-client', 'b'], azp: 'b' }), 'idtoken_invalid'],
    ['that has ended', (good) => ({ ...good, exp: now - 120 }), 'idtoken_invalid'],
    ['without an end', ({ exp: _exp, ...rest }) => rest, 'idtoken_invalid'],
    ['that begins later', (good) => ({ ...good, nbf: now + 300 }), 'idtoken_invalid'],
    ['without a time', ({ iat: _iat, ...rest }) => rest, 'idtoken_invalid'],
    ['without a subject', ({ sub: _sub, ...rest }) => rest, 'idtoken_invalid'],
    ['with a subject that is no text', (good) => ({ ...good, sub: 7 as never }), 'idtoken_invalid'],
    ['with another nonce', (good) => ({ ...good, nonce: 'other' }), 'nonce_mismatch'],
    ['without a nonce', ({ nonce: _nonce, ...rest }) => rest, 'nonce_mismatch'],
    ['with a nonce in other case', (good) => ({ ...good, nonce: String(good['nonce']).toUpperCase() }), 'nonce_mismatch'],
    ['with a list of nonces', (good) => ({ ...good, nonce: [good['nonce']] as never }), 'nonce_mismatch'],
  ])('%s is refused, and the profile is not asked for', async (_what, change, code) => {
    const started = await start()
    claims = change(claims)
    await expect(finish(started)).rejects.toMatchObject({ code })
    expect(calls['/userinfo']).toBeUndefined()
  })

  test.each<[string, () => typeof idToken]>([
    ['signed by another key', () => sign(wrong.privateKey)],
    ['of an unknown key', () => sign(wrong.privateKey, { kid: 'other' })],
    ['that is not signed', () => (payload) => Promise.resolve(new UnsecuredJWT(payload).encode())],
    [
      'signed with the public key as a secret',
      () => async (payload) =>
        new SignJWT(payload)
          .setProtectedHeader({ alg: 'HS256', kid: 'k' })
          .sign(Buffer.from(JSON.stringify(await exportJWK(right.publicKey)))),
    ],
    ['with a cut signature', () => async (payload) => (await sign(right.privateKey)(payload)).slice(0, -10)],
    [
      'with its payload changed',
      () => async (payload) => {
        const [header, , signature] = (await sign(right.privateKey)(payload)).split('.')
        return [header, Buffer.from(JSON.stringify({ ...payload, sub: 'eve' })).toString('base64url'), signature].join('.')
      },
    ],
    [
      'that brings its own key',
      () => async (payload) =>
        new SignJWT(payload).setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(wrong.publicKey) }).sign(wrong.privateKey),
    ],
    [
      'with an unknown critical header',
      () => (payload) =>
        new SignJWT(payload)
          .setProtectedHeader({ alg: 'RS256', kid: 'k', crit: ['x'], x: 1 })
          .sign(right.privateKey, { crit: { x: true } }),
    ],
    ['that is no token', () => () => Promise.resolve('x.y.z')],
    ['that is absent', () => () => Promise.resolve('')],
  ])('%s is refused', async (_what, forge) => {
    const started = await start()
    idToken = forge()
    await expect(finish(started)).rejects.toMatchObject({ code: expect.stringMatching(/^(idtoken_invalid|provider_bad_response)$/) })
    expect(calls['/userinfo']).toBeUndefined()
  })

  test('of an algorithm that the entry does not list is refused', async () => {
    await expect(finish(await start(context({ idTokenAlgs: ['ES256'] })))).rejects.toMatchObject({
      code: expect.stringMatching(/idtoken_invalid/),
    })
  })

  test('and userinfo must speak of the same person', async () => {
    for (const other of [{ sub: 'eve' }, { name: 'Ada' }]) {
      userinfo = other
      await expect(finish(await start())).rejects.toMatchObject({
        code: expect.stringMatching(/^(idtoken_invalid|provider_bad_response)$/),
      })
    }
  })
})

describe('The answer', () => {
  test.each([
    [{ iss: 'https://other.example' }, 'issuer_mismatch'],
    [{ iss: '' }, 'issuer_mismatch'],
    [{ error: 'access_denied' }, 'access_denied'],
    [{ error: 'server_error' }, 'provider_error'],
    [{ code: '' }, 'bad_request'],
    [{ code: 'x'.repeat(4097) }, 'bad_request'],
    [{ iss: 'https://other.example', error: 'access_denied' }, 'issuer_mismatch'],
    [{ state: 'other' }, 'state_mismatch'],
    [{ state: '' }, 'state_missing'],
  ])('with %j is %s, without a token call', async (change, code) => {
    const started = await start()
    await expect(callback(started.context, started.transaction, { ...started.parameters, ...change })).rejects.toMatchObject({ code })
    expect(calls['/token']).toBeUndefined()
  })

  test('must name its issuer where the provider says that it does', async () => {
    metadata['authorization_response_iss_parameter_supported'] = true
    const { iss: _iss, ...parameters } = (await start()).parameters
    const started = await start()
    await expect(
      callback(started.context, started.transaction, { ...parameters, state: started.parameters['state'] ?? '' }),
    ).rejects.toMatchObject({ code: 'issuer_missing' })
  })

  test('counts only for the provider, address and client of its start, and for ten minutes', async () => {
    const started = await start()
    const { context: of, transaction, parameters } = started
    await expect(callback({ ...of, slug: 'other' }, transaction, parameters)).rejects.toMatchObject({ code: 'provider_mismatch' })
    await expect(callback({ ...of, redirectUri: 'https://app.example/else' }, transaction, parameters)).rejects.toMatchObject({
      code: 'provider_mismatch',
    })
    await expect(callback({ ...of, client: { clientId: 'other' } }, transaction, parameters)).rejects.toMatchObject({
      code: 'provider_mismatch',
    })
    await expect(callback({ ...of, now: () => transaction.createdAt + 600_001 }, transaction, parameters)).rejects.toMatchObject({
      code: 'state_expired',
    })
    expect(calls['/token']).toBeUndefined()
  })
})

describe('Discovery', () => {
  test('of another issuer is refused', async () => {
    metadata['issuer'] = 'http://127.0.0.1:1'
    await expect(start()).rejects.toMatchObject({ code: 'discovery_failed' })
  })

  test('happens once for a thousand logins at the same time, and is kept', async () => {
    const of = context()
    await Promise.all(Array.from({ length: 1_000 }, () => login(of)))
    await login(of)
    expect(calls['/.well-known/openid-configuration']).toBe(1)
  })

  test('that failed is tried again by the next login', async () => {
    let down = true
    const real = contextFor().http
    const of = context({}, { http: (request) => (down ? Promise.reject(new Error('down')) : real(request)) })
    await expect(login(of)).rejects.toMatchObject({ code: 'provider_bad_response' })
    down = false
    await expect(login(of)).resolves.toBeDefined()
  })

  test('serves what it had while the provider is down, for a day', async () => {
    let now = Date.now()
    let down = false
    const real = contextFor().http
    const of = context({}, { now: () => now, http: (request) => (down ? Promise.reject(new Error('down')) : real(request)) })
    await login(of)
    down = true
    now += 2 * 3600_000
    await expect(login(of)).resolves.toBeDefined()
    now += 23 * 3600_000
    await expect(login(of)).rejects.toMatchObject({ code: 'provider_bad_response' })
  })
})

test('A client may prove itself by its key', async () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await finish(await start(context({ clientAuth: 'private_key_jwt' }, { client: { clientId: 'the-client', privateKey } })))
  const assertion = tokenForm.get('client_assertion') ?? ''
  const { payload } = await jwtVerify(
    assertion,
    await importSPKI(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'ES256'),
  )
  expect(payload).toMatchObject({ iss: 'the-client', sub: 'the-client', aud: issuer })
  expect(decodeJwt(assertion).jti).toBeDefined()
})

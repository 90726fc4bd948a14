import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ClientMetadata } from 'oidc-provider'
import { authRouter, type ProviderEntry } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser } from '../support/browser.js'
import { hosts, listen, sendJson } from '../support/hosts.js'
import { startRealOp, type RealOp } from './realOp.js'
import { clientSecret } from './relyingParty.js'

/** A certified provider, in every way in which it can sign and encrypt what it says about a user. */

let op: RealOp
beforeAll(async () => {
  op = await startRealOp()
})
afterAll(() => op.close())

let clients = 0

/** Signs in with a client that is registered like this, and an entry that says so much. */
async function signIn(metadata: Partial<ClientMetadata>, entry: ProviderEntry = {}): Promise<Record<string, unknown>> {
  let app: ReturnType<(typeof hosts)['Express 5']> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  const clientId = `client-${String(clients++)}`
  op.registerClient({ client_id: clientId, client_secret: clientSecret, redirect_uris: [`${url}/auth/corp/callback`], ...metadata })
  const router = authRouter({
    secret: testSecret,
    baseUrl: url,
    logger: false,
    providers: { corp: { protocol: 'oidc', issuer: op.issuer, clientId, clientSecret, ...entry } },
  })
  app = hosts['Express 5']({
    router,
    handlers: {
      '/me': (req, res) => {
        sendJson(res, req.authUser ?? null)
      },
    },
  })
  try {
    return JSON.parse((await createBrowser().go(`${url}/auth/corp?returnTo=/me`)).body) as Record<string, unknown>
  } finally {
    await router.close()
    await close()
  }
}

const ada = { id: 'ada-id', name: 'Ada Example', email: 'ada@example.com', emailVerified: true }

test('By issuer, id and secret alone', async () => {
  expect(await signIn({})).toMatchObject(ada)
})

describe('ID Tokens are signed', () => {
  test.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA', 'Ed25519'])('by %s', async (alg) => {
    expect(await signIn({ id_token_signed_response_alg: alg as never })).toMatchObject(ada)
    expect(await signIn({ id_token_signed_response_alg: alg as never }, { idTokenAlgs: [alg] })).toMatchObject(ada)
  })

  test.each(['HS256', 'HS384', 'HS512'])('by %s, which the entry has to list', async (alg) => {
    const metadata = { id_token_signed_response_alg: alg as never }
    expect(await signIn(metadata, { idTokenAlgs: [alg] })).toMatchObject(ada)
    await expect(signIn(metadata)).rejects.toThrow()
  })
})

test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('Userinfo is signed by %s', async (alg) => {
  expect(await signIn({ userinfo_signed_response_alg: alg as never })).toMatchObject(ada)
})

describe('Both are encrypted', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  test.each([
    ['RSA-OAEP', 'A128CBC-HS256', rsa],
    ['RSA-OAEP-256', 'A256GCM', rsa],
    ['ECDH-ES', 'A256GCM', ec],
    ['ECDH-ES+A256KW', 'A128GCM', ec],
  ] as const)('by %s and %s', async (alg, enc, pair) => {
    const jwks = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), use: 'enc' }] }
    const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const metadata = {
      jwks,
      id_token_encrypted_response_alg: alg,
      id_token_encrypted_response_enc: enc,
      userinfo_signed_response_alg: 'RS256',
      userinfo_encrypted_response_alg: alg,
      userinfo_encrypted_response_enc: enc,
    } as unknown as Partial<ClientMetadata>
    expect(await signIn(metadata, { privateKey, clientAuth: 'basic' })).toMatchObject(ada)
  })
})

test('What was asked for of the login is in the ID Token, and checked', async () => {
  const user = await signIn({ require_auth_time: true }, { maxAge: 300 })
  expect(user).toMatchObject(ada)
  expect(Math.abs(Date.parse(String(user['authTime'])) - Date.now())).toBeLessThan(60_000)
})

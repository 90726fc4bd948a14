import { createHash } from 'node:crypto'
import { exportJWK, SignJWT, type GenerateKeyPairResult, type JWTHeaderParameters, type JWTPayload } from 'jose'
import { callback, type LoginResult } from '../../lib/callback.js'
import { login } from '../../lib/login.js'
import { standardClaims } from '../../lib/profile.js'
import type { CallbackParameters, Context, ResolvedProvider, Transaction } from '../../lib/types.js'
import { contextFor } from './context.js'
import { sendJson, startServer, type SmallServer } from './unitServer.js'

export type Keys = GenerateKeyPairResult
export type SignToken = (claims: JWTPayload) => Promise<string> | string

/** A strict fake of an OpenID provider: what it answers is the test's to change. */
export interface FakeOpenid {
  issuer: string
  server: SmallServer
  /** The discovery document. */
  metadata: Record<string, unknown>
  /** Public keys, as JWKs. */
  keys: object[]
  /** The claims of the next ID Token; those of a right one unless changed. */
  claims: JWTPayload
  /** Makes the next ID Token. */
  sign: SignToken
  /** The token endpoint's answer; `id_token` is put in unless it is there. */
  answer: Record<string, unknown>
  userinfo: unknown
  calls: (path: string) => number
  close: () => Promise<void>
}

export const accessToken = 'the access token'

/** The half of a digest that an ID Token names its access token by (OpenID Connect Core section 3.1.3.6). */
export function halfHash(hash: string, text = accessToken): string {
  const digest = createHash(hash).update(text).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

export function signer(keys: Keys, header: Partial<JWTHeaderParameters> = {}): SignToken {
  return (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'right', ...header }).sign(keys.privateKey)
}

export async function startFakeOpenid(keys: Keys): Promise<FakeOpenid> {
  const server = await startServer(async ({ url }, res) => {
    const path = url.split('?')[0] ?? ''
    if (path === '/.well-known/openid-configuration') sendJson(res, fake.metadata)
    else if (path === '/keys') sendJson(res, { keys: fake.keys })
    else if (path === '/userinfo') sendJson(res, fake.userinfo)
    else sendJson(res, { ...fake.answer, id_token: fake.answer['id_token'] ?? (await fake.sign(fake.claims)) })
  })
  const issuer = server.origin
  const fake: FakeOpenid = {
    issuer,
    server,
    metadata: {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
    keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'right', use: 'sig' }],
    claims: {},
    sign: signer(keys),
    answer: { access_token: accessToken, token_type: 'Bearer', expires_in: 60 },
    userinfo: { sub: 'ada', name: 'Ada' },
    calls: (path) => server.received.filter(({ url }) => url.split('?')[0] === path).length,
    close: server.close,
  }
  return fake
}

/** A context of a client of the fake. */
export function contextAt({ issuer }: FakeOpenid, provider: Partial<ResolvedProvider> = {}, parts: Partial<Context> = {}): Context {
  return {
    ...contextFor(),
    redirectUri: 'https://app.example/auth/invented/callback',
    ...parts,
    provider: { protocol: 'oidc', title: 'Invented', issuer, scope: ['openid'], profile: standardClaims, ...provider },
  }
}

export interface Started {
  context: Context
  transaction: Transaction
  parameters: CallbackParameters
}

/** Starts a login, and makes the claims of the fake those of a right answer to it. */
export async function startAt(fake: FakeOpenid, context: Context = contextAt(fake)): Promise<Started> {
  const { location, transaction } = await login(context)
  const asked = new URL(location).searchParams
  const now = Math.floor(context.now() / 1000)
  fake.claims = {
    iss: fake.issuer,
    sub: 'ada',
    aud: context.client.clientId,
    iat: now,
    exp: now + 600,
    at_hash: halfHash('sha256'),
    ...(asked.has('nonce') ? { nonce: asked.get('nonce') ?? '' } : {}),
  }
  return { context, transaction, parameters: { code: 'c', state: asked.get('state') ?? '' } }
}

export async function finish({ context, transaction, parameters }: Started): Promise<Required<LoginResult>> {
  return (await callback(context, transaction, parameters)) as Required<LoginResult>
}

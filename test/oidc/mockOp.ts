import { createHash } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult, type JWTHeaderParameters, type JWTPayload } from 'jose'
import { sendJson, startServer, type Received } from '../support/unitServer.js'

/** A provider whose every answer a test can change: the other side of the OpenID Foundation's tests of relying parties. */
export interface MockOp {
  issuer: string
  /** The discovery document. */
  metadata: Record<string, unknown>
  /** The public keys, as JWKs. */
  keys: unknown
  /** Makes the claims of the next ID Tokens from right ones. */
  claims: (right: JWTPayload) => JWTPayload | Promise<JWTPayload>
  /** Signs the next ID Tokens. */
  sign: (claims: JWTPayload) => string | Promise<string>
  /** Makes the token endpoint's answer from a right one. */
  answer: (right: Record<string, unknown>) => Record<string, unknown> | Promise<Record<string, unknown>>
  /** The userinfo endpoint's answer: an object is JSON, a text a JWT. */
  userinfo: () => unknown
  /** Type of userinfo's answer, where it is another than what its kind has. */
  userinfoType: string | undefined
  /** Everything that came, the oldest first. */
  received: Received[]
  calls: (path: string) => number
  /** The user agrees: gives what the callback gets. */
  approve: (authorizationUrl: string) => URLSearchParams
  close: () => Promise<void>
}

export type KeyPair = GenerateKeyPairResult

const pairs = new Map<string, Promise<KeyPair>>()

/** A key pair for an algorithm, made once; `name` tells several of one algorithm apart. */
export function keyPair(algorithm: string, name = 'right'): Promise<KeyPair> {
  const known = pairs.get(`${algorithm} ${name}`) ?? generateKeyPair(algorithm, { extractable: true })
  pairs.set(`${algorithm} ${name}`, known)
  return known
}

export async function publicJwk(algorithm: string, name = 'right'): Promise<Record<string, unknown>> {
  return { ...(await exportJWK((await keyPair(algorithm, name)).publicKey)), kid: name, use: 'sig' }
}

/** Signs as the owner of a key pair does. */
export function signedBy(algorithm: string, name = 'right', header: Record<string, unknown> = {}) {
  return async (claims: JWTPayload): Promise<string> =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, kid: name, ...header } as JWTHeaderParameters)
      .sign((await keyPair(algorithm, name)).privateKey)
}

export function halfHash(text: string, algorithm = 'sha256'): string {
  const digest = createHash(algorithm).update(text).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

export const accessToken = 'the-access-token'
export const clientId = 'the-client'

export async function startMockOp(): Promise<MockOp> {
  let nonce: string | undefined
  const server = await startServer(async ({ url, body }, res) => {
    switch (url.split('?')[0]) {
      case '/.well-known/openid-configuration':
        sendJson(res, op.metadata)
        return
      case '/keys':
        sendJson(res, { keys: op.keys })
        return
      case '/userinfo': {
        const answer = op.userinfo()
        const isToken = typeof answer === 'string'
        res.writeHead(200, { 'content-type': op.userinfoType ?? (isToken ? 'application/jwt' : 'application/json') })
        res.end(isToken ? answer : JSON.stringify(answer))
        return
      }
      default: {
        const now = Math.floor(Date.now() / 1000)
        const isLogin = body.includes('grant_type=authorization_code')
        const right = { iss: op.issuer, sub: 'ada', aud: clientId, iat: now, exp: now + 600, at_hash: halfHash(accessToken) }
        const claims = await op.claims({ ...right, ...(isLogin && nonce !== undefined ? { nonce } : {}) })
        const idToken = await op.sign(claims)
        sendJson(
          res,
          await op.answer({
            access_token: accessToken,
            token_type: 'Bearer',
            expires_in: 600,
            refresh_token: 'the-refresh-token',
            id_token: idToken,
          }),
        )
      }
    }
  })
  const issuer = server.origin
  const op: MockOp = {
    issuer,
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
    keys: [await publicJwk('RS256')],
    claims: (right) => right,
    sign: signedBy('RS256'),
    answer: (right) => right,
    userinfo: () => ({ sub: 'ada', name: 'Ada Example' }),
    userinfoType: undefined,
    received: server.received,
    calls: (path) => server.received.filter(({ url }) => url.split('?')[0] === path).length,
    approve(authorizationUrl) {
      const asked = new URL(authorizationUrl).searchParams
      nonce = asked.get('nonce') ?? undefined
      return new URLSearchParams({ code: 'the-code', state: asked.get('state') ?? '' })
    },
    close: server.close,
  }
  return op
}

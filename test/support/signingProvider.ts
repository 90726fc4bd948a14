import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { sendJson, startServer } from './unitServer.js'

/**
 * An OpenID provider of a few lines that signs whatever it is told to, and counts who asks for what: for tokens that a real provider would not make.
 */
export interface SigningProvider {
  issuer: string
  /** Of the next logins; `sid` is left out where there is none. */
  user: { sub: string; sid?: string; scope?: string }
  /** A logout token that is right, with these claims in place of its own; `undefined` leaves one out. */
  logoutToken: (claims?: Record<string, unknown>, header?: Record<string, unknown>) => Promise<string>
  sign: (claims: JWTPayload, header?: Record<string, unknown>) => Promise<string>
  /** Seconds that access tokens live. */
  expiresIn: number
  /** What the token endpoint waits for. */
  beforeTokens: () => Promise<void>
  /** HTML that stands at `/page`. */
  page: string
  /** Requests by path. */
  calls: Map<string, number>
  /** What has come to the revocation endpoint. */
  revoked: string[]
  close: () => Promise<void>
}

export const clientId = 'the-app'
export const clientSecret = 'canary-client-secret of the tests'
export const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

export async function startSigningProvider(): Promise<SigningProvider> {
  const keys = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'right', use: 'sig' }
  const logins = new Map<string, { nonce: string; sub: string; sid?: string; scope?: string }>()
  let count = 0
  const server = await startServer(async ({ url, body }, res) => {
    const { pathname, searchParams } = new URL(url, provider.issuer)
    provider.calls.set(pathname, (provider.calls.get(pathname) ?? 0) + 1)
    if (pathname === '/.well-known/openid-configuration') sendJson(res, documentOf(provider.issuer))
    else if (pathname === '/page') res.setHeader('content-type', 'text/html').end(provider.page)
    else if (pathname === '/keys') sendJson(res, { keys: [jwk] })
    else if (pathname === '/authorize') {
      const code = `code-${String(count++)}`
      logins.set(code, { nonce: searchParams.get('nonce') ?? '', ...provider.user })
      const back = new URL(searchParams.get('redirect_uri') ?? '')
      back.search = new URLSearchParams({ code, state: searchParams.get('state') ?? '', iss: provider.issuer }).toString()
      res.writeHead(303, { location: back.href }).end()
    } else if (pathname === '/revoke') {
      provider.revoked.push(new URLSearchParams(body).get('token') ?? '')
      sendJson(res, {})
    } else {
      await provider.beforeTokens()
      sendJson(res, await tokensFor(new URLSearchParams(body)))
    }
  })

  async function tokensFor(form: URLSearchParams): Promise<Record<string, unknown>> {
    const login = logins.get(form.get('code') ?? '')
    const { scope = 'openid profile' } = login ?? provider.user
    const number = String(count++)
    return {
      access_token: `canary-access-${number}`,
      token_type: 'Bearer',
      expires_in: provider.expiresIn,
      refresh_token: `canary-refresh-${number}`,
      scope,
      ...(login ? { id_token: await provider.sign({ ...times(60), aud: clientId, ...login, scope: undefined }) } : {}),
    }
  }

  const provider: SigningProvider = {
    issuer: server.origin,
    expiresIn: 3600,
    page: '',
    beforeTokens: () => Promise.resolve(),
    user: { sub: 'ada', sid: 'session-1' },
    logoutToken: (claims = {}, header = {}) =>
      provider.sign(
        {
          ...times(120),
          aud: clientId,
          jti: `jti-${String(count++)}`,
          sid: provider.user.sid,
          sub: provider.user.sub,
          events: { [logoutEvent]: {} },
          ...claims,
        },
        { typ: 'logout+jwt', ...header },
      ),
    sign: (claims, header = {}) =>
      new SignJWT(withoutUndefined({ iss: provider.issuer, ...claims }))
        .setProtectedHeader(withoutUndefined({ alg: 'RS256', kid: 'right', ...header }) as { alg: string })
        .sign(keys.privateKey),
    calls: new Map(),
    revoked: [],
    close: server.close,
  }
  return provider
}

function times(seconds: number): { iat: number; exp: number } {
  const now = Math.floor(Date.now() / 1000)
  return { iat: now, exp: now + seconds }
}

function withoutUndefined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}

function documentOf(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  }
}

import { createHash, generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { SignJWT } from 'jose'
import { sendJson, startServer, type Received } from '../support/unitServer.js'

/** What an answer of the script may be: left to the provider, given here, or sent by the script itself. */
type Scripted = undefined | { status?: number; body: unknown } | 'sent'

/** A provider of OAuth 2.0 and OpenID Connect that does what the test says; everything secret that it gives out has `canary` in it. */
export interface ScriptedProvider {
  origin: string
  /** All that came, the oldest first. */
  received: Received[]
  /** How often a path was asked for. */
  calls: (path: string) => number
  oauth2: (more?: object) => Record<string, unknown>
  oidc: (more?: object) => Record<string, unknown>
  /** The discovery document. */
  metadata: Record<string, unknown>
  /** Claims of userinfo, and of ID Tokens, beside `sub`. */
  profile: (person: string) => Record<string, unknown>
  claims: (person: string) => Record<string, unknown>
  /** Answers in the provider's place. */
  script: ((request: Received & { path: string; form: URLSearchParams }, res: ServerResponse) => Scripted | Promise<Scripted>) | undefined
  /** The person agrees: the callback's address, with a code. */
  approve: (authorizationUrl: string, person: string) => string
  /** Takes all access tokens back, so that the next API call has to refresh. */
  expire: () => void
  /** The refresh token that was issued last. */
  newestRefreshToken: () => string
  /** Verifiers that were sent here so far: they must not be printed either. */
  verifiers: () => string[]
  /** As nothing had happened. */
  reset: () => void
  close: () => Promise<void>
}

interface Grant {
  person: string
  nonce: string | null
  clientId: string
}

export const clientSecret = 'canary-client-secret/of+the=tests'
let serial = 0

/** @param name by which its clients are told from those of another provider */
export async function startProvider(name: string): Promise<ScriptedProvider> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwks = { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'right', use: 'sig', alg: 'RS256' }] }
  const grants = new Map<string, Grant>()
  const access = new Map<string, Grant>()
  const refreshes = new Map<string, Grant>()

  async function issue(grant: Grant): Promise<object> {
    const number = String(serial++)
    access.set(`canary-access-${name}-${number}`, grant)
    refreshes.set(`canary-refresh-${name}-${number}`, grant)
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      ...provider.claims(grant.person),
      iss: provider.origin,
      sub: grant.person,
      aud: grant.clientId,
      iat: now,
      exp: now + 600,
      ...(grant.nonce === null ? {} : { nonce: grant.nonce }),
    }
    return {
      access_token: `canary-access-${name}-${number}`,
      refresh_token: `canary-refresh-${name}-${number}`,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'profile',
      ...(grant.nonce === null
        ? {}
        : { id_token: await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'right' }).sign(keys.privateKey) }),
    }
  }

  async function token(form: URLSearchParams, res: ServerResponse): Promise<void> {
    if (form.get('grant_type') === 'client_credentials') {
      sendJson(res, await issue({ person: 'the application', nonce: null, clientId: '' }))
      return
    }
    const isRefresh = form.get('grant_type') === 'refresh_token'
    const [held, key] = isRefresh ? ([refreshes, form.get('refresh_token') ?? ''] as const) : ([grants, form.get('code') ?? ''] as const)
    const grant = held.get(key)
    held.delete(key)
    if (grant) sendJson(res, await issue(isRefresh ? { ...grant, nonce: null } : grant))
    else sendJson(res, { error: 'invalid_grant' }, 400)
  }

  const server = await startServer(async (request, res) => {
    const path = request.url.split('?')[0] ?? ''
    const form = new URLSearchParams(request.body)
    const scripted = await provider.script?.({ ...request, path, form }, res)
    if (scripted === 'sent') return
    if (scripted) {
      sendJson(res, scripted.body, scripted.status)
      return
    }
    const grant = access.get(request.headers.authorization?.replace('Bearer ', '') ?? '')
    if (path === '/.well-known/openid-configuration') sendJson(res, provider.metadata)
    else if (path === '/keys') sendJson(res, jwks)
    else if (path === '/token') await token(form, res)
    else if (path === '/revoke') sendJson(res, {})
    else if (!grant) sendJson(res, { error: 'invalid_token' }, 401)
    else if (path === '/userinfo') sendJson(res, { sub: grant.person, ...provider.profile(grant.person) })
    else sendJson(res, { things: grant.person })
  })

  const origin = server.origin
  const metadata = (): Record<string, unknown> => ({
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    userinfo_endpoint: `${origin}/userinfo`,
    jwks_uri: `${origin}/keys`,
    revocation_endpoint: `${origin}/revoke`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  })
  const client = { clientId: `client-of-${name}`, clientSecret, apiBaseUrl: `${origin}/api/` }
  const provider: ScriptedProvider = {
    origin,
    received: server.received,
    calls: (path) => server.received.filter(({ url }) => url.split('?')[0] === path).length,
    oauth2: (more) => ({
      protocol: 'oauth2',
      title: name,
      authorizationEndpoint: `${origin}/authorize`,
      tokenEndpoint: `${origin}/token`,
      userinfoEndpoint: `${origin}/userinfo`,
      revocationEndpoint: `${origin}/revoke`,
      scope: ['profile'],
      profile: { id: 'sub', name: 'name', email: 'email', emailVerified: 'email_verified' },
      ...client,
      ...more,
    }),
    oidc: (more) => ({ protocol: 'oidc', title: name, issuer: origin, ...client, ...more }),
    metadata: metadata(),
    profile: (person) => ({ name: `Name of ${person}` }),
    claims: () => ({}),
    script: undefined,
    approve(authorizationUrl, person) {
      const asked = new URL(authorizationUrl).searchParams
      const code = `canary-code-${name}-${String(serial++)}`
      grants.set(code, { person, nonce: asked.get('nonce'), clientId: asked.get('client_id') ?? '' })
      return `${asked.get('redirect_uri') ?? ''}?${new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString()}`
    },
    expire: () => {
      access.clear()
    },
    newestRefreshToken: () => [...refreshes.keys()].at(-1) ?? '',
    verifiers: () =>
      server.received.map(({ body }) => new URLSearchParams(body).get('code_verifier')).filter((verifier) => verifier !== null),
    reset() {
      server.received.length = 0
      access.clear()
      refreshes.clear()
      Object.assign(provider, {
        metadata: metadata(),
        script: undefined,
        profile: (person: string) => ({ name: `Name of ${person}` }),
        claims: () => ({}),
      })
    },
    close: server.close,
  }
  return provider
}

/** A digest by which two secrets are compared in a message that must not show them. */
export function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 12)
}

import { jwtVerify, type CryptoKey, type JWTPayload } from 'jose'
import type { Provider } from 'oidc-provider'

/** What the grants by assertion of a server saw, and whom they trust. */
export interface Assertions {
  /** Public keys of those who may sign (RFC 7523 section 2.1), by issuer. */
  keys: Map<string, CryptoKey>
  /** The claims that came, the oldest first. */
  claims: JWTPayload[]
}

type Handler = Parameters<Provider['registerGrantType']>[1]
type Context = Parameters<Handler>[0]

/**
 * Adds token exchange (RFC 8693) and the JWT bearer grant (RFC 7523 section 2.1) as the server's own grant types are made: it looks after
 * client authentication, tokens and errors, these after what an assertion has to be.
 */
export function registerAssertionGrants(provider: Provider, issuer: string): Assertions {
  const assertions: Assertions = { keys: new Map(), claims: [] }
  const seen = new Set<string>()

  async function issue(ctx: Context, accountId: string, resource: unknown, more: object): Promise<void> {
    const client = clientOf(ctx)
    const params = paramsOf(ctx)
    const grant = new provider.Grant({ accountId, clientId: client.clientId })
    const token = new provider.AccessToken({ accountId, client, grantId: await grant.save(), gty: String(params['grant_type']) } as never)
    const scope = typeof params['scope'] === 'string' ? params['scope'] : 'read'
    token.scope = scope
    if (typeof resource === 'string')
      token.resourceServer = new provider.ResourceServer(resource, { scope: 'read write', audience: resource, accessTokenFormat: 'opaque' })
    ctx.body = { access_token: await token.save(), token_type: 'Bearer', expires_in: token.expiration, scope, ...more }
  }

  const exchange: Handler = async (ctx) => {
    const params = paramsOf(ctx)
    const type = 'urn:ietf:params:oauth:token-type:access_token'
    if (params['subject_token_type'] !== type || (params['actor_token'] !== undefined && params['actor_token_type'] !== type))
      return refuse(ctx, 'invalid_request')
    const subject = await provider.AccessToken.find(String(params['subject_token']))
    if (!subject) return refuse(ctx, 'invalid_grant')
    const actor = params['actor_token'] === undefined ? undefined : await provider.ClientCredentials.find(String(params['actor_token']))
    if (params['actor_token'] !== undefined && !actor) return refuse(ctx, 'invalid_grant')
    if (params['requested_token_type'] === 'urn:ietf:params:oauth:token-type:saml2') {
      ctx.body = { access_token: 'PHNhbWw-', issued_token_type: params['requested_token_type'], token_type: 'N_A' }
      return
    }
    await issue(ctx, `${subject.accountId}${actor ? ` by ${String(actor.clientId)}` : ''}`, params['resource'] ?? params['audience'], {
      issued_token_type: type,
      refresh_token: 'of no use',
    })
  }
  const jwtBearer: Handler = async (ctx) => {
    const params = paramsOf(ctx)
    const key = assertions.keys.get(clientOf(ctx).clientId)
    try {
      if (!key) throw new Error('nobody')
      const { payload } = await jwtVerify(String(params['assertion']), key, {
        audience: issuer,
        issuer: clientOf(ctx).clientId,
        requiredClaims: ['sub', 'exp', 'iat', 'jti'],
        maxTokenAge: 300,
        currentDate: new Date(Date.now()),
      })
      if (seen.has(String(payload.jti)) || Number(payload.exp) - Number(payload.iat) > 300) throw new Error('again, or for too long')
      seen.add(String(payload.jti))
      assertions.claims.push(payload)
      await issue(ctx, String(payload.sub), params['resource'], {})
    } catch {
      refuse(ctx, 'invalid_grant')
    }
  }
  const tokens = ['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type']
  const targets = ['scope', 'resource', 'audience']
  provider.registerGrantType('urn:ietf:params:oauth:grant-type:token-exchange', exchange, [...tokens, ...targets], ['resource', 'audience'])
  provider.registerGrantType('urn:ietf:params:oauth:grant-type:jwt-bearer', jwtBearer, ['assertion', ...targets], ['resource'])
  return assertions
}

function paramsOf({ oidc: { params } }: Context): Record<string, unknown> {
  return { ...params }
}

function clientOf({ oidc: { client } }: Context): { clientId: string } {
  return client
}

function refuse(ctx: Context, error: string): void {
  ctx.status = 400
  ctx.body = { error }
}

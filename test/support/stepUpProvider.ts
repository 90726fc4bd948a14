import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider, interactionPolicy, type ClientMetadata, type InteractionResults, type KoaContextWithOIDC } from 'oidc-provider'
import { signingKeys } from '../../testing/openidConfiguration.js'
import { openidStore } from '../../testing/openidStore.js'

type Context = Parameters<Parameters<Provider['use']>[0]>[0]

/** An OpenID provider that remembers its users and how strongly they signed in, with an API that wants more for some of it (RFC 9470). */
export interface StepUpProvider {
  issuer: string
  /** An entry for a client of its own. */
  entry: (redirectUri: string, metadata?: Partial<ClientMetadata>) => Record<string, unknown>
  /** The authorization requests, the oldest first. */
  asked: Record<string, string>[]
  /** Calls of the API, as `path` of each. */
  called: string[]
  /** Who signs in when the provider asks; nobody leaves it unanswered. */
  person: string | undefined
  /** How strongly they sign in; what was asked for unless set. */
  acr: string | undefined
  /** Calls of the token endpoint that refresh. */
  refreshes: number
  close: () => Promise<void>
}

export async function startStepUpProvider(): Promise<StepUpProvider> {
  const clients = new Map<string, ClientMetadata>()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const issuer = `http://127.0.0.1:${String(port)}`
  const provider = new Provider(issuer, {
    adapter: openidStore(clients),
    jwks: { keys: await signingKeys() },
    scopes: ['openid', 'offline_access', 'profile', 'read', 'write'],
    claims: { acr: null, auth_time: null, profile: ['name'] },
    acrValues: ['bronze', 'silver', 'gold'],
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Person ${id}` }) }),
    issueRefreshToken: (_ctx, client, { scopes }) => client.grantTypeAllowed('refresh_token') && scopes.has('offline_access'),
    expiresWithSession: () => false,
    clientBasedCORS: () => false,
    cookies: {
      keys: ['a key of the tests'],
      names: { session: `op${String(port)}.s`, interaction: `op${String(port)}.i`, resume: `op${String(port)}.r` },
    },
    ttl: { AccessToken: 600, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600, RefreshToken: 3600 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}`, policy: policy() },
    renderError: (ctx, out) => {
      ctx.body = out
    },
  })
  const state: StepUpProvider = {
    issuer,
    entry: (redirectUri, metadata = {}) => {
      const clientId = `client-${randomUUID()}`
      const clientSecret = 'canary-client-secret of the tests'
      clients.set(clientId, {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        ...metadata,
      })
      return {
        protocol: 'oidc',
        title: 'Corp ID',
        issuer,
        apiBaseUrl: `${issuer}/api/`,
        scope: ['openid', 'profile'],
        clientId,
        clientSecret,
      }
    },
    asked: [],
    called: [],
    person: 'ada',
    acr: undefined,
    refreshes: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
  provider.use(async (ctx, next) => {
    if (ctx.path === '/auth') state.asked.push({ ...ctx.query } as Record<string, string>)
    if (ctx.path.startsWith('/api/')) await api(provider, state, ctx)
    else if (ctx.path.startsWith('/interaction/')) await interact(provider, state, ctx)
    else await next()
  })
  provider.on('grant.success', (ctx: KoaContextWithOIDC) => {
    if (ctx.oidc.params?.['grant_type'] === 'refresh_token') state.refreshes++
  })
  const answer = provider.callback()
  server.on('request', (req, res) => void answer(req, res))
  return state
}

/** Signing in again is what brings a stronger sign-in. */
function policy(): interactionPolicy.DefaultPolicy {
  const { base, Check } = interactionPolicy
  const prompts = base()
  const isWeak = ({ oidc }: KoaContextWithOIDC): boolean => {
    const wanted = typeof oidc.params?.['acr_values'] === 'string' ? oidc.params['acr_values'].split(' ') : []
    return wanted.length > 0 && !wanted.includes(oidc.session?.acr ?? '') && oidc.result?.login === undefined
  }
  prompts.get('login')?.checks.add(new Check('acr', 'a stronger sign-in is needed', 'login_required', isWeak))
  return prompts
}

async function interact(provider: Provider, state: StepUpProvider, ctx: Context): Promise<void> {
  const { params, prompt, session } = await provider.interactionDetails(ctx.req, ctx.res)
  const accountId = state.person ?? session?.accountId
  if (accountId === undefined) {
    ctx.body = 'Who are you?'
    return
  }
  const [wanted] = typeof params['acr_values'] === 'string' ? params['acr_values'].split(' ') : []
  const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) })
  grant.addOIDCScope(String(params['scope']))
  const result: InteractionResults = {
    ...(prompt.name === 'login' ? { login: { accountId, acr: state.acr ?? wanted ?? 'bronze' } } : {}),
    consent: { grantId: await grant.save() },
  }
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
}

/** `/api/me` for everybody, `/api/gold` for a strong sign-in, `/api/recent` for one of the last minute, `/api/write` for a scope. */
async function api(provider: Provider, state: StepUpProvider, ctx: Context): Promise<void> {
  state.called.push(ctx.path)
  const token = await provider.AccessToken.find(ctx.get('authorization').replace(/^Bearer /, ''))
  const session = token?.sessionUid === undefined ? undefined : await provider.Session.findByUid(token.sessionUid)
  if (!token) refuse(ctx, 401, 'Bearer error="invalid_token"')
  else if (ctx.path === '/api/gold' && session?.acr !== 'gold')
    refuse(ctx, 401, 'Bearer error="insufficient_user_authentication", error_description="a \\"gold\\" sign-in", acr_values="gold"')
  else if (ctx.path === '/api/recent' && Number(session?.loginTs) < Date.now() / 1000 - 60)
    refuse(ctx, 401, 'Bearer realm="api", error="insufficient_user_authentication", max_age=60')
  else if (ctx.path === '/api/write' && !token.scopes.has('write')) refuse(ctx, 403, 'Bearer error="insufficient_scope", scope="write"')
  else ctx.body = { path: ctx.path, scope: [...token.scopes].join(' ') }
}

function refuse(ctx: Context, status: number, challenge: string): void {
  ctx.status = status
  ctx.set('WWW-Authenticate', challenge)
  ctx.body = { error: 'refused' }
}

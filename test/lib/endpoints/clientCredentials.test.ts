import { afterEach, describe, expect, test } from '@jest/globals'
import { loadProtocol } from '../../../lib/protocols/index.js'
import type { Context, ResolvedProvider } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { sendJson, startServer, type SmallServer } from '../../support/unitServer.js'

const open: SmallServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

/** What a token endpoint gets; `own` says that the application brings its own fetch, and so openid-client makes the call. */
async function asked(
  protocol: 'oauth2' | 'oidc',
  provider: Partial<ResolvedProvider>,
  own: boolean,
  scope?: string[],
): Promise<{ form: Record<string, string>; accessToken: string; expiresAt: number | undefined }> {
  const server: SmallServer = await startServer(({ url }, res) => {
    if (url.startsWith('/.well-known/')) sendJson(res, { issuer: server.origin, token_endpoint: `${server.origin}/token` })
    else sendJson(res, { access_token: 'own', token_type: 'Bearer', expires_in: 60 })
  })
  open.push(server)
  const context: Context = contextFor({
    now: () => 1_000_000,
    provider: { protocol, issuer: server.origin, tokenEndpoint: `${server.origin}/token`, ...provider },
    outbound: own ? { fetch: globalThis.fetch } : {},
  })
  const { tokens } = await (await loadProtocol({ protocol })).exchange(context, { type: 'client_credentials', ...(scope ? { scope } : {}) })
  const request = server.received.find(({ url }) => url === '/token')
  return {
    form: Object.fromEntries(new URLSearchParams(request?.body)),
    accessToken: String(tokens?.accessToken),
    expiresAt: tokens?.expiresAt,
  }
}

describe.each([
  ['oauth2', false],
  ['oauth2', true],
  ['oidc', false],
  ['oidc', true],
] as const)('By %s, with a fetch of the application: %p', (protocol, own) => {
  test("tokens are asked for in the client's own name", async () => {
    expect(await asked(protocol, {}, own, ['x', 'y'])).toEqual({
      form: { grant_type: 'client_credentials', scope: 'x y' },
      accessToken: 'own',
      expiresAt: 1060,
    })
    expect((await asked(protocol, {}, own)).form).toEqual({ grant_type: 'client_credentials' })
  })

  test("the provider's separator of scopes is used, and so are its token parameters", async () => {
    expect(
      (await asked(protocol, { scopeSeparator: ',', tokenParams: { audience: 'https://api.example' } }, own, ['x', 'y'])).form,
    ).toEqual({ grant_type: 'client_credentials', scope: 'x,y', audience: 'https://api.example' })
  })
})

test.each([false, true])("A provider's own names of parameters are used, with a fetch of the application: %p", async (own) => {
  const parameterNames = { scope: 'permissions', client_id: 'app', client_secret: 'password' }
  expect((await asked('oauth2', { clientAuth: 'post', parameterNames }, own, ['x', 'y'])).form).toEqual({
    grant_type: 'client_credentials',
    permissions: 'x y',
    app: 'the-client',
    password: 'the-secret',
  })
})

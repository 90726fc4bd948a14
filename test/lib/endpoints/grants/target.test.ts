import { afterEach, describe, expect, test } from '@jest/globals'
import { loadProtocol } from '../../../../lib/protocols/index.js'
import type { Grant } from '../../../../lib/model/login.js'
import type { ResolvedProvider, Tokens } from '../../../../lib/types.js'
import { contextFor } from '../../../support/context.js'
import { sendJson, startServer, type SmallServer } from '../../../support/unitServer.js'

const open: SmallServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ close }) => close()))
})

const resource = ['https://a.example/', 'urn:b']
const audience = ['a', 'b']

/** What a token endpoint gets for a grant, and what is made of its answer. */
async function asked(
  provider: Partial<ResolvedProvider>,
  grant: Grant,
  answer: object = {},
): Promise<{ sent: string; tokens: Tokens | undefined }> {
  const server: SmallServer = await startServer(({ url }, res) => {
    if (url.startsWith('/.well-known/')) sendJson(res, { issuer: server.origin, token_endpoint: `${server.origin}/token` })
    else sendJson(res, { access_token: 'new', token_type: 'Bearer', ...answer })
  })
  open.push(server)
  const context = contextFor({ provider: { issuer: server.origin, tokenEndpoint: `${server.origin}/token`, ...provider } })
  const { tokens } = await (await loadProtocol(context.provider)).exchange(context, grant)
  const request = server.received.find(({ url }) => url.startsWith('/token'))
  return { sent: (request?.method === 'GET' ? request.url : request?.body) ?? '', tokens }
}

describe.each(['oauth2', 'oidc'] as const)('By %s', (protocol) => {
  test('each resource and audience is a parameter of its own', async () => {
    const { sent } = await asked({ protocol }, { type: 'client_credentials', scope: ['x', 'y'], resource, audience })
    expect([...new URLSearchParams(sent)].sort()).toEqual(
      [
        ['grant_type', 'client_credentials'],
        ['scope', 'x y'],
        ...resource.map((value) => ['resource', value]),
        ...audience.map((value) => ['audience', value]),
      ].sort(),
    )
  })

  test('what a grant asks for wins over the parameters of the entry, and a hook sees what stands once', async () => {
    const seen: Record<string, string>[] = []
    const hooks = {
      tokenRequest(form: Record<string, string>) {
        seen.push(form)
        return { ...form, more: 'yes' }
      },
    }
    const tokenParams = { audience: 'of the entry', resource: 'urn:entry' }
    const { sent } = await asked({ protocol, hooks, tokenParams }, { type: 'client_credentials', resource, audience: ['one'] })
    const form = new URLSearchParams(sent)
    expect([form.getAll('audience'), form.getAll('resource'), form.get('more')]).toEqual([['one'], resource, 'yes'])
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ audience: 'one' })
  })

  test('a refresh names its target, and takes nothing from the scopes of the account', async () => {
    const tokens: Tokens = { accessToken: 'old', tokenType: 'Bearer', refreshToken: 'r', scope: 'all of it' }
    const first = await asked({ protocol }, { type: 'refresh_token', tokens, target: { resource: ['urn:b'], scope: ['x'] } })
    expect(Object.fromEntries(new URLSearchParams(first.sent))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r',
      resource: 'urn:b',
      scope: 'x',
    })
    expect(first.tokens).toMatchObject({ accessToken: 'new', refreshToken: 'r', scope: 'x' })
    expect((await asked({ protocol }, { type: 'refresh_token', tokens, target: { resource: ['urn:b'] } })).tokens?.scope).toBeUndefined()
    expect((await asked({ protocol }, { type: 'refresh_token', tokens })).tokens?.scope).toBe('all of it')
  })

  test('scopes count as granted as asked where the answer does not say', async () => {
    const grant: Grant = { type: 'client_credentials', scope: ['x', 'y'] }
    expect((await asked({ protocol }, grant)).tokens?.scope).toBe('x y')
    expect((await asked({ protocol }, grant, { scope: 'x' })).tokens?.scope).toBe('x')
  })
})

test("A provider's own names and ways hold for what is repeated, too", async () => {
  const grant: Grant = { type: 'client_credentials', resource }
  const own = { parameterNames: { resource: 'api' } }
  expect(new URLSearchParams((await asked(own, grant)).sent).getAll('api')).toEqual(resource)
  expect(JSON.parse((await asked({ ...own, tokenBodyFormat: 'json' }, grant)).sent)).toEqual({
    grant_type: 'client_credentials',
    api: resource,
  })
  const { sent } = await asked({ ...own, tokenMethod: 'GET' }, grant)
  expect(new URL(sent, 'http://provider').searchParams.getAll('api')).toEqual(resource)
})

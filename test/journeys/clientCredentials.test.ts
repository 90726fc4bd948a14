import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { authRouter, type AuthRouter } from '../../middleware/index.js'
import { sha256 } from '../../lib/base/random.js'
import { memoryTokenStore } from '../../lib/stores/memory.js'
import { resources, startGrantServer, type Echo, type GrantServer } from '../support/grantServer.js'
import { testSecret } from '../support/application.js'

/** The application's own access, for one API of several (RFC 8707), at a certified server. */

let server: GrantServer
const open: AuthRouter[] = []
beforeAll(async () => {
  server = await startGrantServer()
  const client = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'], scope: 'read write' }
  server.addClient({ ...client, client_id: 'app', client_secret: 'secret of the app', token_endpoint_auth_method: 'client_secret_basic' })
})
afterAll(async () => {
  await Promise.all(open.map((router) => router.close()))
  await server.close()
})
beforeEach(() => {
  server.tokenCalls.length = 0
})

const entries = (): Record<string, object> => {
  const common = { clientId: 'app', clientSecret: 'secret of the app', apiBaseUrl: server.apiBaseUrl }
  return {
    oidc: { ...common, protocol: 'oidc', issuer: server.issuer },
    oauth2: {
      ...common,
      protocol: 'oauth2',
      authorizationEndpoint: `${server.issuer}/auth`,
      tokenEndpoint: `${server.issuer}/token`,
      profile: { id: 'sub' },
    },
  }
}

function router(options: object = {}): AuthRouter {
  const made = authRouter({ secret: testSecret, logger: false, baseUrl: 'http://127.0.0.1:1', providers: entries(), ...options } as never)
  open.push(made)
  return made
}

describe.each(['oidc', 'oauth2'])('By %s', (slug) => {
  test('a token is for the resource that it was asked for, and kept beside those for others', async () => {
    const auth = router()
    const client = (resource?: string): ReturnType<AuthRouter['client']> =>
      auth.client(slug, { grant: 'client_credentials', scope: ['read'], ...(resource ? { resource } : {}) })
    const told = await Promise.all([...resources, ...resources].map(async (resource) => (await client(resource).get<Echo>('echo')).data))
    expect(told.map(({ audience }) => audience)).toEqual([...resources, ...resources])
    expect(told[0]).toEqual({ kind: 'ClientCredentials', audience: resources[0], scope: 'read', client: 'app' })
    expect((await client().get<Echo>('echo')).data.audience).toBeUndefined()
    expect(server.tokenCalls.map(({ form }) => form.get('resource'))).toEqual([...resources, null])
  })

  test('several resources are sent one by one, and a refusal says so', async () => {
    const client = router().client(slug, { grant: 'client_credentials', resource: resources })
    await expect(client.get('echo')).rejects.toMatchObject({ code: 'reauth_required', providerError: 'invalid_target' })
    expect(server.tokenCalls.map(({ form }) => form.getAll('resource'))).toEqual([[...resources]])
  })
})

test('Processes with one token store share the token of each resource, and find the records of scopes of the version before', async () => {
  const kept = memoryTokenStore()
  const names = new Set<string>()
  const tokenStore = {
    ...kept,
    set: (...given: Parameters<typeof kept.set>) => {
      names.add(given[0])
      return kept.set(...given)
    },
  }
  const [first, second] = [router({ tokenStore }), router({ tokenStore })]
  for (const auth of [first, second]) {
    for (const resource of resources) await auth.client('oidc', { grant: 'client_credentials', resource }).get('echo')
    await auth.client('oidc', { grant: 'client_credentials', scope: ['read'] }).get('echo')
  }
  expect(server.tokenCalls).toHaveLength(3)
  const binding = sha256(JSON.stringify(['app', server.issuer])).slice(0, 16)
  expect([...names].filter((name) => name.endsWith(sha256(JSON.stringify([binding, ['read']]))))).toHaveLength(1)
  expect(names.size).toBe(3)
})

test('What a grant cannot have is refused at once', () => {
  const auth = router()
  const refused = (access: object): unknown => {
    try {
      auth.client('oidc', access as never)
      return 'accepted'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  const grant = 'client_credentials'
  expect(
    [
      { grant, resource: 'files' },
      { grant, resource: 'https://files.example/#part' },
      { grant, resource: 'https://files.example/ x' },
      { grant, resource: [] },
      { grant, resource: [7] },
      { grant, audience: '' },
      { grant, scope: 'read write' },
      { grant, resorce: resources[0] },
      { grant, subject: 'ada' },
    ].map(refused),
  ).toEqual(Array.from({ length: 9 }, () => 'bad_request'))
  expect([{ grant: 'password' }, { grant: 'toString' }, { grant: 7 }].map(refused)).toEqual(
    Array.from({ length: 3 }, () => 'config_invalid'),
  )
})

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createAuthority, type Authority, type Certified } from '../../support/certificates.js'
import { openTlsDoor, runTlsClient, type SeenByTls, type TlsDoor } from '../../support/tlsDoors.js'

/** Mutual TLS (RFC 8705) to a server of Node.js that asks for certificates. */

let authority: Authority
let client: Certified
let stranger: Certified
let doors: TlsDoor[]
let plain = ''
let certified = ''
const all: SeenByTls[] = []
let seen: SeenByTls[] = []

beforeAll(async () => {
  authority = createAuthority()
  client = authority.issue('The client')
  stranger = authority.selfSigned('The stranger')
  const open = (name: string, asks: boolean): Promise<TlsDoor> =>
    openTlsDoor(name, authority, all, ({ path, form }) => ({ body: bodyOf(path, form) }), { asks })
  doors = await Promise.all([open('plain', false), open('certified', true)])
  plain = doors[0]?.url ?? ''
  certified = doors[1]?.url ?? ''
})
afterAll(async () => {
  await Promise.all(doors.map(({ close }) => close()))
  authority.remove()
})
beforeEach(() => {
  all.length = 0
})

function bodyOf(path: string, { grant_type: grantType = '' }: Record<string, string>): unknown {
  if (path.startsWith('/.well-known/')) {
    return {
      issuer: plain,
      authorization_endpoint: `${plain}/authorize`,
      token_endpoint: `${plain}/token`,
      revocation_endpoint: `${plain}/revoke`,
      introspection_endpoint: `${plain}/introspect`,
      userinfo_endpoint: `${plain}/userinfo`,
      jwks_uri: `${plain}/keys`,
      token_endpoint_auth_methods_supported: ['tls_client_auth'],
      mtls_endpoint_aliases: {
        token_endpoint: `${certified}/token`,
        revocation_endpoint: `${certified}/revoke`,
        introspection_endpoint: `${certified}/introspect`,
        userinfo_endpoint: `${certified}/userinfo`,
      },
    }
  }
  if (path === '/introspect') return { active: true }
  if (path === '/userinfo') return { sub: 'ada' }
  return { access_token: `by ${grantType}`, token_type: 'Bearer', expires_in: 60 }
}

/** What a program gives; what the servers have seen of it, but for discovery, is in `seen`. */
async function run(lines: string, parts: { provider: object; client: object }): Promise<unknown> {
  const result = await runTlsClient(authority, lines, parts)
  seen = all.filter(({ path }) => !path.startsWith('/.well-known/'))
  return result
}

const everything = `
  const { tokens } = await protocol.exchange(context, { type: 'client_credentials', scope: ['x'] })
  const refreshed = await context.refresher.refresh(context, { held: { ...tokens, refreshToken: 'r' } })
  const { active } = await introspect(context, refreshed.accessToken)
  const revoked = await revokeTokens(context, tokens)
  return [tokens.accessToken, refreshed.accessToken, active, revoked]
`
const done = ['by client_credentials', 'by refresh_token', true, true]

test('OAuth 2.0: every call of the client presents its certificate, names the client in the form and sends no secret', async () => {
  const provider = {
    protocol: 'oauth2',
    tokenEndpoint: `${certified}/token`,
    revocationEndpoint: `${certified}/revoke`,
    introspectionEndpoint: `${certified}/introspect`,
  }
  const indented = { certificate: client.cert.replace(/^/gm, '    '), privateKey: client.key.replace(/^/gm, '    ') }
  expect(await run(everything, { provider, client: { clientId: 'c', clientSecret: 'not sent', ...indented } })).toEqual(done)
  expect(seen).toHaveLength(4)
  for (const request of seen)
    expect(request).toMatchObject({
      door: 'certified',
      peer: 'The client',
      authorized: true,
      form: { client_id: 'c' },
      authorization: undefined,
    })
  expect(seen.map(({ path, form }) => [path, Object.keys(form).sort()])).toEqual([
    ['/token', ['client_id', 'grant_type', 'scope']],
    ['/token', ['client_id', 'grant_type', 'refresh_token']],
    ['/introspect', ['client_id', 'token']],
    ['/revoke', ['client_id', 'token', 'token_type_hint']],
  ])
})

test('OpenID Connect: the endpoints are the aliases that discovery names for certificates', async () => {
  const parts = {
    provider: { protocol: 'oidc', issuer: plain, apiBaseUrl: `${certified}/` },
    client: { clientId: 'c', certificate: client.cert, privateKey: client.key },
  }
  expect(
    await run(
      `
    const done = await (async () => { ${everything} })()
    const api = await createApiClient(context, { source: { current: () => ({ accessToken: 'a', tokenType: 'Bearer' }), save: () => undefined } }).get('things')
    const profile = await protocol.userinfo(context, { tokens: { accessToken: 'a', tokenType: 'Bearer' }, claims: { sub: 'ada' }, response: {} })
    return [...done, api.status, profile.sub]
  `,
      parts,
    ),
  ).toEqual([...done, 200, 'ada'])
  expect(seen.map(({ door, path, peer }) => [door, path, peer])).toEqual(
    ['/token', '/token', '/introspect', '/revoke', '/things', '/userinfo'].map((path) => ['certified', path, 'The client']),
  )
})

test("The entry's own endpoint goes before an alias, and a certificate that nobody vouches for arrives too", async () => {
  const parts = {
    provider: { protocol: 'oidc', issuer: plain, revocationEndpoint: `${certified}/own` },
    client: { clientId: 'c', certificate: stranger.cert, privateKey: stranger.key },
  }
  expect(await run('return revokeTokens(context, { accessToken: "a", tokenType: "Bearer" })', parts)).toBe(true)
  expect(seen).toMatchObject([{ door: 'certified', path: '/own', peer: 'The stranger', authorized: false, form: { client_id: 'c' } }])
})

test('Each client presents its own certificate, and a client of another kind none', async () => {
  const provider = { protocol: 'oauth2', tokenEndpoint: `${certified}/token` }
  await run(
    `
    const others = JSON.parse(process.env.PARTS).client.others
    for (const client of others) await protocol.exchange({ ...context, client }, { type: 'client_credentials' })
    await protocol.exchange({ ...context, client: others[0], provider: { ...context.provider, clientAuth: 'none' } }, { type: 'client_credentials' })
    return Promise.all([0, 1, 0, 1].map((index) => protocol.exchange({ ...context, client: others[index] }, { type: 'client_credentials' }))).then(() => true)
  `,
    {
      provider,
      client: {
        others: [client, stranger].map(({ cert, key }, index) => ({ clientId: String(index), certificate: cert, privateKey: key })),
      },
    },
  )
  expect(seen.slice(0, 3).map(({ peer, form }) => [peer, form['client_id']])).toEqual([
    ['The client', '0'],
    ['The stranger', '1'],
    [undefined, '0'],
  ])
  for (const { peer, form } of seen.slice(3)) expect(peer).toBe(form['client_id'] === '0' ? 'The client' : 'The stranger')
})

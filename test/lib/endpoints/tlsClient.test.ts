import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { createAuthority, type Authority, type Certified } from '../../support/certificates.js'

/**
 * Mutual TLS (RFC 8705) to a server of Node.js that asks for certificates. The client is a process of its own: whom it trusts is read at
 * its start.
 */

interface Seen {
  door: 'plain' | 'certified'
  path: string
  peer: string | undefined
  authorized: boolean
  form: Record<string, string>
  authorization: string | undefined
}

let authority: Authority
let client: Certified
let stranger: Certified
let doors: { plain: Server; certified: Server }
let plain = ''
let certified = ''
let seen: Seen[] = []

beforeAll(async () => {
  authority = createAuthority()
  client = authority.issue('The client')
  stranger = authority.selfSigned('The stranger')
  const own = authority.issue('The server')
  const options = { ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: false }
  doors = {
    plain: createServer({ ...own }, (req, res) => {
      void serve('plain', req, res)
    }),
    certified: createServer(options, (req, res) => {
      void serve('certified', req, res)
    }),
  }
  await Promise.all(Object.values(doors).map((door) => new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))))
  const address = (door: Server): string => `https://127.0.0.1:${String((door.address() as AddressInfo).port)}`
  plain = address(doors.plain)
  certified = address(doors.certified)
})
afterAll(() => {
  for (const door of Object.values(doors)) {
    door.close()
    door.closeAllConnections()
  }
  authority.remove()
})
beforeEach(() => {
  seen = []
})

async function serve(door: Seen['door'], req: IncomingMessage, res: ServerResponse): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of req as AsyncIterable<Buffer>) parts.push(part)
  if (!(req.socket instanceof TLSSocket)) throw new Error('not a secure connection')
  const { socket } = req
  // The certificate of a client that shows none is an empty object, or null.
  const peer = (socket.getPeerCertificate() as { subject?: { CN?: string } } | null)?.subject?.CN
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()))
  const path = (req.url ?? '').split('?')[0] ?? ''
  if (!path.startsWith('/.well-known/'))
    seen.push({ door, path, peer, authorized: socket.authorized, form, authorization: req.headers.authorization })
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer(path, form)))
}

function answer(path: string, { grant_type: grantType = '' }: Record<string, string>): unknown {
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

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What a program prints as JSON, with a context of a client of these parts. */
async function run(lines: string, parts: { provider: object; client: object }): Promise<unknown> {
  const program = `
    import { createHttp } from './lib/http/http.ts'
    import { createApiClient } from './lib/client/apiClient.ts'
    import { introspect } from './lib/endpoints/introspection.ts'
    import { loadProtocol } from './lib/protocols/index.ts'
    import { revokeTokens } from './lib/endpoints/revocation.ts'
    import { createRefresher } from './lib/refresh/refresher.ts'
    const { provider, client } = JSON.parse(process.env.PARTS)
    const outbound = { timeout: 5000, maxBytes: 100000 }
    const context = {
      slug: 'corp', redirectUri: 'https://app.example/cb', provider: { title: 'Corp', scope: [], clientAuth: 'tls', ...provider }, client,
      outbound, http: createHttp(outbound).http, now: Date.now, refresher: createRefresher(),
    }
    const protocol = await loadProtocol(provider.protocol)
    const result = await (async () => { ${lines} })().catch((error) => ({ code: error.code }))
    console.log(JSON.stringify(result))
    process.exit(0)
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: authority.file, PARTS: JSON.stringify(parts) },
  })
  return JSON.parse(stdout) as unknown
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

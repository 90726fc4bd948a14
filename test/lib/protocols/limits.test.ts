import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { generateKeyPair } from 'jose'
import { introspect } from '../../../lib/endpoints/introspection.js'
import { revokeTokens } from '../../../lib/endpoints/revocation.js'
import { createHttp } from '../../../lib/http/http.js'
import { protocol as oauth2 } from '../../../lib/protocols/oauth2/oauth2.js'
import { protocol as oidc } from '../../../lib/protocols/oidc/oidc.js'
import type { Context, Tokens } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'
import { contextAt, finish, startAt, startFakeOpenid, type FakeOpenid, type Keys } from '../../support/unitOpenid.js'

/** Limits on time and size (rule R7) hold for every call that a library makes for us. */

const brief = 200
const maxBytes = 64 * 1024
const tokens: Tokens = { accessToken: 'a', tokenType: 'Bearer', refreshToken: 'r' }

type Fault = 'silence' | 'a drip' | 'a flood' | 'a slow flood' | '2 MiB' | '2 MiB, packed'
const faults: Record<Fault, (res: ServerResponse) => void> = {
  silence: () => undefined,
  'a drip': (res) => {
    every(20, res, () => res.write(' '))
  },
  'a flood': (res) => {
    every(1, res, () => res.write(' '.repeat(16_384)))
  },
  'a slow flood': (res) => {
    every(20, res, () => res.write(' '.repeat(1024)))
  },
  '2 MiB': (res) => {
    res.end(JSON.stringify({ padding: 'x'.repeat(2 ** 21) }))
  },
  '2 MiB, packed': (res) => {
    res.setHeader('content-encoding', 'gzip').end(gzipSync(JSON.stringify({ padding: 'x'.repeat(2 ** 21) })))
  },
}

function every(milliseconds: number, res: ServerResponse, write: () => void): void {
  const timer = setInterval(write, milliseconds)
  res.on('close', () => {
    clearInterval(timer)
  })
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}

let fault: Fault = 'silence'
let server: Server
let bad = ''
let connections = 0
let keys: Keys
let fake: FakeOpenid

beforeAll(async () => {
  server = createServer((_req, res) => {
    res.setHeader('content-type', 'application/json')
    faults[fault](res)
  })
  server.on('connection', (socket) => {
    connections++
    socket.on('close', () => {
      connections--
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  bad = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  keys = await generateKeyPair('RS256')
  fake = await startFakeOpenid(keys)
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await fake.close()
})
afterEach(() => {
  fake.metadata = {
    ...fake.metadata,
    token_endpoint: `${fake.issuer}/token`,
    userinfo_endpoint: `${fake.issuer}/userinfo`,
    jwks_uri: `${fake.issuer}/keys`,
  }
})

let outbound = { timeout: brief, maxBytes }
const openid = (metadata: object): Context => {
  Object.assign(fake.metadata, metadata)
  // The bad server is another one, so each context gets a way out of its own with the limits.
  return contextAt(fake, {}, { outbound, http: createHttp(outbound).http })
}
const login = async (metadata: object): Promise<unknown> => finish(await startAt(fake, openid(metadata)))

function plain(parts: Parameters<typeof contextFor>[0] = {}): Context {
  const endpoints = {
    tokenEndpoint: `${bad}/token`,
    revocationEndpoint: `${bad}/revoke`,
    introspectionEndpoint: `${bad}/introspect`,
    userinfoEndpoint: `${bad}/me`,
  }
  return contextFor({ ...parts, outbound: { ...outbound, ...parts.outbound }, provider: { ...endpoints, ...parts.provider } })
}

/** Each call, and the milliseconds for which it may wait by the configuration. */
const calls: [string, number, () => Promise<unknown>][] = [
  ['simple-oauth2, a token call', 2 * brief, () => oauth2.exchange(plain(), { type: 'refresh_token', tokens })],
  [
    'simple-oauth2, a token call by JSON',
    2 * brief,
    () => oauth2.exchange(plain({ provider: { tokenBodyFormat: 'json' } }), { type: 'client_credentials' }),
  ],
  [
    'openid-client, a token call of OAuth 2.0',
    2 * brief,
    () => oauth2.exchange(plain({ client: { clientId: 'public' } }), { type: 'refresh_token', tokens }),
  ],
  [
    'openid-client, discovery',
    brief,
    () => oidc.authorize(contextAt({ ...fake, issuer: bad }, {}, { outbound, http: createHttp(outbound).http }), {}),
  ],
  [
    'our own reading of a discovery document elsewhere',
    brief,
    () => oidc.authorize(contextAt(fake, { discoveryEndpoint: `${bad}/discovery` }, { outbound, http: createHttp(outbound).http }), {}),
  ],
  ['openid-client, a token call of a login', 2 * brief, () => login({ token_endpoint: `${bad}/token` })],
  ['openid-client, the keys', brief, () => login({ jwks_uri: `${bad}/keys` })],
  ['openid-client, the userinfo', brief, () => login({ userinfo_endpoint: `${bad}/userinfo` })],
  [
    'openid-client, a refresh',
    2 * brief,
    () => oidc.exchange(openid({ token_endpoint: `${bad}/token` }), { type: 'refresh_token', tokens }),
  ],
  ['openid-client, a revocation', 2 * brief, () => revokeTokens(plain(), tokens)],
  ['openid-client, an introspection', 2 * brief, () => introspect(plain(), 'a')],
  ['our own userinfo', brief, () => oauth2.userinfo(plain(), { tokens, response: {} })],
  // The last one, because connections of the platform are kept as that likes.
  [
    'openid-client, a token call of OAuth 2.0 with a fetch of the application',
    2 * brief,
    () => oauth2.exchange(plain({ outbound: { fetch: globalThis.fetch } }), { type: 'refresh_token', tokens }),
  ],
]

const byTime: Fault[] = ['silence', 'a drip']
const bySize: Fault[] = ['a flood', '2 MiB', '2 MiB, packed']
// Whichever limit is met first.
const byEither: Fault[] = ['a slow flood']

// What was read to its end can be used again.
const mayStay = (name: string, given: Fault): boolean => name.endsWith('of the application') || given === '2 MiB, packed'

describe.each(calls)('%s', (name, allowed, call) => {
  test.each([...byTime, ...bySize, ...byEither])('ends at %s, and so does its connection', async (given) => {
    fault = given
    // What ends by its size has all the time that a busy machine needs for it.
    outbound = { timeout: bySize.includes(given) ? 60_000 : brief, maxBytes }
    const before = Date.now()
    const thrown: unknown = await call().catch((error: unknown) => error)
    const took = Date.now() - before
    const code = byTime.includes(given)
      ? 'provider_timeout'
      : bySize.includes(given)
        ? 'provider_bad_response'
        : expect.stringMatching(/^provider_(timeout|bad_response)$/)
    expect(thrown).toMatchObject({ code })
    if (byTime.includes(given)) expect(took).toBeGreaterThanOrEqual(allowed - 20)
    if (!mayStay(name, given)) await until(() => connections === 0)
    server.closeAllConnections()
    if (!name.endsWith('of the application')) await until(() => connections === 0)
  })
})

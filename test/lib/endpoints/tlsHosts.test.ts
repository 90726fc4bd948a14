import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, type GenerateKeyPairResult } from 'jose'
import { createAuthority, type Authority } from '../../support/certificates.js'
import { openTlsDoor, runTlsClient, type SeenByTls, type TlsDoor } from '../../support/tlsDoors.js'

/** To whom a client shows its certificate (RFC 8705): servers of Node.js, all of which ask for one. */

let authority: Authority
let keys: GenerateKeyPairResult
const doors: Record<string, TlsDoor> = {}
const seen: SeenByTls[] = []
let nonce = ''
/** What the next discovery document says beside the usual. */
let metadata: () => object

const at = (door: string, path: string): string => (doors[door]?.url ?? '') + path

const endpoints = (door: string): Record<string, string> => ({
  token_endpoint: at(door, '/token'),
  userinfo_endpoint: at(door, '/userinfo'),
  revocation_endpoint: at(door, '/revoke'),
  introspection_endpoint: at(door, '/introspect'),
  pushed_authorization_request_endpoint: at(door, '/par'),
})

beforeAll(async () => {
  authority = createAuthority()
  keys = await generateKeyPair('RS256')
  for (const name of ['issuer', 'certified', 'keys', 'api', 'elsewhere'])
    doors[name] = await openTlsDoor(name, authority, seen, async ({ path, query, proof }) => {
      const issuer = at('issuer', '')
      switch (path) {
        case '/.well-known/openid-configuration':
          return {
            body: {
              issuer,
              authorization_endpoint: `${issuer}/authorize`,
              ...endpoints('issuer'),
              jwks_uri: at('keys', '/keys'),
              ...metadata(),
            },
          }
        case '/keys':
          return { body: { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k' }] } }
        case '/authorize':
          nonce = query.get('nonce') ?? ''
          return { body: {} }
        case '/userinfo':
          return { body: { sub: 'ada' } }
        case '/introspect':
          return { body: { active: true } }
        case '/away':
          return { body: {}, status: 307, headers: { location: at('elsewhere', '/stolen') } }
        case '/token': {
          const idToken = new SignJWT({ nonce })
            .setProtectedHeader({ alg: 'RS256', kid: 'k' })
            .setIssuer(issuer)
            .setSubject('ada')
            .setAudience('c')
          return {
            body: {
              access_token: 'a',
              token_type: proof === undefined ? 'Bearer' : 'DPoP',
              id_token: await idToken.setIssuedAt().setExpirationTime('1m').sign(keys.privateKey),
            },
          }
        }
        default:
          return { body: {} }
      }
    })
})
afterAll(async () => {
  await Promise.all(Object.values(doors).map(({ close }) => close()))
  authority.remove()
})
beforeEach(() => {
  seen.length = 0
  metadata = () => ({})
})

const life = `
  const { location, transaction } = await login(context)
  const parameters = { code: 'c', state: new URL(location).searchParams.get('state') }
  // As a browser, which shows no certificate.
  await context.http({ method: 'GET', url: location })
  const { user, tokens } = await callback(context, transaction, parameters)
  const api = createApiClient(context, { source: { current: () => tokens, save: () => undefined } })
  const { status } = await api.get('things')
  const away = await api.get('/away')
  const refused = await api.get(JSON.parse(process.env.PARTS).client.elsewhere).catch(({ code }) => code)
  await introspect(context, tokens.accessToken)
  await revokeTokens(context, tokens)
  return [user.id, status, away.status, refused]
`

async function run(lines: string, provider: object = {}): Promise<unknown> {
  const { cert: certificate, key: privateKey } = authority.issue('The client')
  return runTlsClient(authority, lines, {
    provider: {
      protocol: 'oidc',
      issuer: at('issuer', ''),
      apiBaseUrl: at('api', '/'),
      profile: { id: 'sub' },
      scope: ['openid'],
      ...provider,
    },
    client: { clientId: 'c', certificate, privateKey, elsewhere: at('elsewhere', '/stolen') },
  })
}

const shown = (): unknown[] => seen.map(({ door, path, peer }) => [door, path, peer ?? 'nobody'])

describe('A login and what follows', () => {
  test.each([
    ['fapi2-security-profile-final-client-test-happy-path-no-mtls-endpoint-aliases', 'issuer'],
    ['oidcc-client-test-mtls-endpoint-aliases', 'certified'],
  ])('%s: the certificate is shown where tokens are asked for and go, and to no other host', async (_name, door) => {
    if (door === 'certified') metadata = () => ({ mtls_endpoint_aliases: endpoints('certified') })
    expect(await run(life)).toEqual(['ada', 200, 307, 'host_not_allowed'])
    expect(shown()).toEqual([
      ['issuer', '/.well-known/openid-configuration', 'The client'],
      ['issuer', '/authorize', 'nobody'],
      [door, '/token', 'The client'],
      ['keys', '/keys', 'nobody'],
      [door, '/userinfo', 'The client'],
      ['api', '/things', 'The client'],
      ['api', '/away', 'The client'],
      [door, '/introspect', 'The client'],
      [door, '/revoke', 'The client'],
    ])
  })
})

test('a key binds tokens beside the certificate, by proofs for the addresses that are really called', async () => {
  metadata = () => ({ mtls_endpoint_aliases: endpoints('certified') })
  expect(await run(life, { dpop: true })).toEqual(['ada', 200, 307, 'host_not_allowed'])
  const proofs = seen.filter(({ proof }) => proof !== undefined)
  expect(proofs.map(({ peer, authorization }) => [peer, authorization])).toEqual([
    ['The client', undefined],
    ['The client', 'DPoP a'],
    ['The client', 'DPoP a'],
    ['The client', 'DPoP a'],
  ])
  expect(proofs.map(({ proof }) => decodeJwt(proof ?? '')['htu'])).toEqual([
    at('certified', '/token'),
    at('certified', '/userinfo'),
    at('api', '/things'),
    at('api', '/away'),
  ])
})

test('keys on the host of the issuer, which may let nobody in without a certificate, are asked for with it', async () => {
  metadata = () => ({ jwks_uri: at('issuer', '/keys') })
  expect(await run(life)).toEqual(['ada', 200, 307, 'host_not_allowed'])
  expect(shown()).toContainEqual(['issuer', '/keys', 'The client'])
})

test('a token endpoint that redirects elsewhere is not followed', async () => {
  metadata = () => ({ mtls_endpoint_aliases: { token_endpoint: at('certified', '/away') } })
  expect(await run("return protocol.exchange(context, { type: 'client_credentials' })")).toEqual({ code: 'provider_bad_response' })
  expect(shown()).toEqual([
    ['issuer', '/.well-known/openid-configuration', 'The client'],
    ['certified', '/away', 'The client'],
  ])
})

import { afterAll, describe, expect, test } from '@jest/globals'
import { createAuthority } from '../../../support/certificates.js'
import { describeMistakes, type Mistake } from '../describeMistakes.js'
import { custom, resolve } from '../fixtures.js'

const authority = createAuthority()
afterAll(() => {
  authority.remove()
})
const own = authority.issue('The client')
const other = authority.issue('Another')
const given = { clientAuth: 'tls', certificate: own.cert, privateKey: own.key }

const entry =
  (options: object, more: object = {}, env: Record<string, string> = {}) =>
  () =>
    resolve({ providers: { own: { ...custom.oauth2, clientSecret: undefined, ...options } }, ...more }, { env }).registrations.get('own')
const dispatcher = { dispatch: () => true }

describe("clientAuth 'tls'", () => {
  test('needs a certificate and its key, and no secret', () => {
    expect(entry(given)()).toMatchObject({
      client: { clientId: 'client-1', certificate: own.cert, privateKey: own.key },
      provider: { clientAuth: 'tls' },
    })
  })

  test('takes both from the environment too, a chain and indented text among them', () => {
    const env = {
      OWN_CLIENT_AUTH: 'tls',
      OWN_CERTIFICATE: `${own.cert}${authority.cert}`.trim().replace(/\n/g, '\n  '),
      OWN_PRIVATE_KEY: own.key.replace(/^/gm, '  '),
    }
    expect(entry({}, {}, env)()?.client).toMatchObject({ certificate: env.OWN_CERTIFICATE })
  })

  test('leaves the certificate to the application where that has its own way out', () => {
    expect(entry({ clientAuth: 'tls' }, { http: { fetch: globalThis.fetch } })()?.client).toEqual({ clientId: 'client-1' })
    expect(entry({ clientAuth: 'tls' }, { http: { dispatcher } })()?.client).toEqual({ clientId: 'client-1' })
  })
})

const mistakes: Mistake[] = [
  [
    'no certificate',
    entry({ clientAuth: 'tls', privateKey: own.key }),
    "providers.own.certificate is missing: set it, or the environment variable OWN_CERTIFICATE; it is PEM text, and clientAuth 'tls' presents it.",
  ],
  [
    'no key of the certificate',
    entry({ clientAuth: 'tls', certificate: own.cert }),
    'providers.own.privateKey is missing: set it, or the environment variable OWN_PRIVATE_KEY; it is PEM text, and the key of the certificate.',
  ],
  [
    'the key of another certificate',
    entry({ ...given, privateKey: other.key }),
    "providers.own.privateKey must be the key of the certificate: it is another one's.",
  ],
  [
    'a certificate that is none',
    entry({ ...given, certificate: own.key }),
    'providers.own.certificate must be a certificate in PEM text, with those that vouch for it behind it if need be.',
  ],
  [
    'a certificate that nothing presents',
    entry({ ...given, clientAuth: 'private_key_jwt' }),
    "providers.own.certificate is presented with clientAuth 'tls' only: set that, or leave it out.",
  ],
  [
    'a certificate beside a fetch',
    entry(given, { http: { fetch: globalThis.fetch } }),
    'providers.own.certificate would not be presented, since connections are those of http.fetch: leave it out and give it to that, or leave out http.fetch.',
  ],
  [
    'a certificate beside a dispatcher',
    entry(given, { http: { dispatcher } }),
    'providers.own.certificate would not be presented, since connections are those of http.dispatcher: leave it out and give it to that, or leave out http.dispatcher.',
  ],
  [
    'a token endpoint over plain http on this machine',
    entry({ ...given, tokenEndpoint: 'http://127.0.0.1/token' }),
    "providers.own.tokenEndpoint must use https: clientAuth 'tls' presents its certificate while a secure connection is made.",
  ],
  [
    'a certificate for OAuth 1.0a',
    () => resolve({ providers: { own: { ...custom.oauth1, certificate: own.cert } } }),
    "providers.own.certificate is for the protocol 'oauth2' or 'oidc', not for 'oauth1': leave it out.",
  ],
]
describeMistakes('certificates', mistakes)

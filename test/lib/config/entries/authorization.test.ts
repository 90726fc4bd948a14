import { describe, expect, test } from '@jest/globals'
import { describeMistakes, type Mistake } from '../describeMistakes.js'
import { custom, ecKey, resolve } from '../fixtures.js'

type Options = Record<string, unknown>

const attempt = (protocol: 'oidc' | 'oauth2' | 'oauth1') => (options: Options) => (): unknown =>
  resolve({ providers: { own: { ...custom[protocol], ...options } } }, { env: {} })
const [oidc, oauth2, oauth1] = [attempt('oidc'), attempt('oauth2'), attempt('oauth1')]
const byHand = {
  discovery: false,
  authorizationEndpoint: 'https://id.example/a',
  tokenEndpoint: 'https://id.example/t',
  jwksUri: 'https://id.example/k',
}
const par = 'https://id.example/par'

const uri = "must be an absolute URI without a fragment, such as 'https://api.example.com/'."
const details = "must hold objects that each have a type, such as [{ type: 'account_information' }]."

const mistakes: Mistake[] = [
  ...['par', 'requestObject', 'resource', 'authorizationDetails', 'pushedAuthorizationRequestEndpoint'].map((option): Mistake => [
    `${option} with OAuth 1.0a`,
    oauth1({
      [option]: { resource: 'urn:a', authorizationDetails: [{ type: 'a' }], pushedAuthorizationRequestEndpoint: par }[option] ?? true,
    }),
    `providers.own.${option} is for the protocol 'oauth2' or 'oidc', not for 'oauth1': leave it out.`,
  ]),
  ...['claims', 'responseType'].map((option): Mistake => [
    `${option} with OAuth 2.0`,
    oauth2({ [option]: option === 'claims' ? {} : 'code' }),
    `providers.own.${option} is for the protocol 'oidc', not for 'oauth2': leave it out.`,
  ]),
  ['par that is a text', oidc({ par: 'yes' }), 'providers.own.par must be true or false.'],
  [
    'par without an endpoint for it, with OAuth 2.0',
    oauth2({ par: true }),
    'providers.own.pushedAuthorizationRequestEndpoint is missing: set it, or the environment variable OWN_PUSHED_AUTHORIZATION_REQUEST_ENDPOINT; par pushes requests there.',
  ],
  [
    'par without an endpoint for it, and without discovery',
    oidc({ par: true, ...byHand }),
    'providers.own.pushedAuthorizationRequestEndpoint is missing: set it, or the environment variable OWN_PUSHED_AUTHORIZATION_REQUEST_ENDPOINT; par pushes requests there.',
  ],
  [
    'par that is false beside an endpoint',
    oauth2({ par: false, pushedAuthorizationRequestEndpoint: par }),
    'providers.own.par is false, and pushedAuthorizationRequestEndpoint is there: leave one of them out.',
  ],
  [
    'an endpoint over plain http',
    oauth2({ pushedAuthorizationRequestEndpoint: 'http://id.example/par' }),
    'providers.own.pushedAuthorizationRequestEndpoint must use https: plain http is for this machine itself only, such as http://localhost:3000.',
  ],
  [
    'requestObject without a key',
    oidc({ requestObject: true }),
    'providers.own.privateKey is missing: set it, or the environment variable OWN_PRIVATE_KEY; it is PEM text, and requestObject signs with it.',
  ],
  ['a resource that is a path', oidc({ resource: '/api' }), `providers.own.resource ${uri}`],
  ['a resource with a fragment', oidc({ resource: ['https://a.example/', 'https://b.example/#c'] }), `providers.own.resource[1] ${uri}`],
  ['a resource with a space', oidc({ resource: 'https://a.example/ b' }), `providers.own.resource ${uri}`],
  ['no resource', oidc({ resource: [] }), 'providers.own.resource must not be empty: leave it out, or name what the access is for.'],
  [
    'a resource that is a number',
    oidc({ resource: 1 }),
    "providers.own.resource must be a URI such as 'https://api.example.com/', or a list of them.",
  ],
  ['details without a type', oidc({ authorizationDetails: [{ amount: 1 }] }), `providers.own.authorizationDetails ${details}`],
  ['no details', oidc({ authorizationDetails: [] }), `providers.own.authorizationDetails ${details}`],
  [
    'details that are one object',
    oidc({ authorizationDetails: { type: 'a' } }),
    "providers.own.authorizationDetails must be a list of objects, such as [{ type: 'account_information' }].",
  ],
  ['claims that are a text', oidc({ claims: '{}' }), 'providers.own.claims must be an object that JSON can hold.'],
  ['an unknown response type', oidc({ responseType: 'token' }), "providers.own.responseType must be 'code' or 'code id_token'."],
  [
    'a hybrid answer in the query',
    oidc({ responseType: 'code id_token', responseMode: 'query' }),
    "providers.own.responseMode must be 'form_post' with responseType 'code id_token', or be left out.",
  ],
  [
    'a hybrid answer that is signed again',
    oidc({ responseType: 'code id_token', responseMode: 'form_post.jwt' }),
    "providers.own.responseMode must be 'form_post' with responseType 'code id_token', or be left out.",
  ],
  [
    'a hybrid answer without a nonce',
    oidc({ responseType: 'code id_token', nonce: false }),
    "providers.own.nonce must not be false with responseType 'code id_token'.",
  ],
  [
    'signed answers with OAuth 2.0',
    oauth2({ responseMode: 'query.jwt' }),
    "providers.own.responseMode must be 'query' or 'form_post' for the protocol 'oauth2': signed answers are for 'oidc'.",
  ],
]

describeMistakes('what an entry asks for', mistakes)

describe('What follows from an entry', () => {
  const providerOf = (options: Options, env: Record<string, string> = {}): object | undefined =>
    resolve({ providers: { own: { ...custom.oidc, ...options } } }, { env }).registrations.get('own')?.provider

  test('that names resources: tokens for the first, and no userinfo unless the entry asks for it', () => {
    expect(providerOf({ resource: ['urn:a', 'urn:b'], tokenParams: { x: 'y' } })).toMatchObject({
      tokenParams: { resource: 'urn:a', x: 'y' },
      userinfo: false,
    })
    expect(providerOf({ resource: 'urn:a', userinfo: true })).toMatchObject({ tokenParams: { resource: 'urn:a' }, userinfo: true })
    expect(providerOf({}, { OWN_RESOURCE: 'urn:a' })).toMatchObject({ resource: 'urn:a', tokenParams: { resource: 'urn:a' } })
    expect(providerOf({})).not.toHaveProperty('userinfo')
  })

  test('of the hybrid flow: an answer that is posted', () => {
    expect(providerOf({ responseType: 'code id_token' })).toMatchObject({ responseMode: 'form_post' })
    expect(providerOf({ responseType: 'code' })).not.toHaveProperty('responseMode')
  })

  test('that signs with its key', () => {
    expect(providerOf({ requestObject: true, privateKey: ecKey, par: true })).toMatchObject({ requestObject: true, par: true })
  })
})

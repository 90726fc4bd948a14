import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { withParameters } from '../../../lib/base/parameters.js'
import { codeChallenge } from '../../../lib/base/random.js'
import { authorizationRequest, requestedScope } from '../../../lib/protocols/authorizationRequest.js'
import type { LoginOptions, ResolvedProvider } from '../../../lib/types.js'
import { contextFor } from '../../support/context.js'

const make = (
  provider: Partial<ResolvedProvider> = {},
  options: LoginOptions = {},
  withNonce = false,
): ReturnType<typeof authorizationRequest> => authorizationRequest(contextFor({ provider }), options, { withNonce })

interface Row {
  endpoint: string
  client_id: string
  redirect_uri: string
  scope: string[]
  state: string
  nonce: string
  code_verifier: string
  out: string
}
const { oauth2 } = JSON.parse(readFileSync(new URL('../../vectors.json', import.meta.url), 'utf8')) as {
  oauth2: { authorization_url: Row[] }
}

test('There is one vector', () => {
  expect(oauth2.authorization_url).toHaveLength(1)
})

test.each(oauth2.authorization_url)('The request of the vector has the same parameters in the same order: $out', (row) => {
  const context = contextFor({ client: { clientId: row.client_id }, redirectUri: row.redirect_uri, provider: { scope: row.scope } })
  const { parameters } = authorizationRequest(context, {}, { withNonce: true })
  // What is random is put in the place of what was random then.
  const fixed = { ...parameters, state: row.state, nonce: row.nonce, code_challenge: codeChallenge(row.code_verifier) }
  expect(withParameters(row.endpoint, fixed)).toBe(row.out)
})

describe('State, nonce and code verifier', () => {
  test('are 256 random bits each, new for each login, and the challenge is S256 of the verifier', () => {
    const seen = new Set<string>()
    for (let round = 0; round < 3_000; round++) {
      const { parameters, state, checks } = make({}, {}, true)
      for (const value of [state, checks.nonce, checks.codeVerifier]) {
        expect(value).toMatch(/^[\w-]{43}$/)
        seen.add(value ?? '')
      }
      expect(parameters).toMatchObject({
        state,
        nonce: checks.nonce,
        code_challenge: codeChallenge(checks.codeVerifier ?? ''),
        code_challenge_method: 'S256',
      })
    }
    expect(seen.size).toBe(9_000)
  })

  test('are left out only where the provider says so', () => {
    expect(make().checks).toEqual({ codeVerifier: expect.any(String) })
    expect(make({ pkce: false }, {}, true).checks).toEqual({ nonce: expect.any(String) })
    expect(Object.keys(make({ pkce: false }).parameters)).toEqual(['response_type', 'client_id', 'redirect_uri', 'scope', 'state'])
    const { parameters, checks } = make({ pkceMethod: 'plain' })
    expect(parameters).toMatchObject({ code_challenge: checks.codeVerifier, code_challenge_method: 'plain' })
  })

  test('are neither left out nor chosen by a hook', () => {
    const forged = { state: 'forged', nonce: 'forged', code_challenge: 'forged', code_challenge_method: 'plain', scope: 'own' }
    const { parameters } = make({ hooks: { authorizationRequest: () => forged } }, {}, true)
    expect(Object.values(parameters)).not.toContain('forged')
    expect(parameters).toMatchObject({ scope: 'own', code_challenge_method: 'S256' })
    expect(make({ hooks: { authorizationRequest: () => forged } }).parameters).not.toHaveProperty('nonce')
    expect(Object.keys(make({ hooks: { authorizationRequest: () => ({}) } }, {}, true).parameters)).toEqual([
      'state',
      'nonce',
      'code_challenge',
      'code_challenge_method',
    ])
  })

  test('are not shown to a hook, which gets a copy', () => {
    let seen: Record<string, string> = {}
    make(
      {
        hooks: {
          authorizationRequest: (parameters) => {
            seen = parameters
            return parameters
          },
        },
      },
      {},
      true,
    )
    expect(Object.keys(seen)).toEqual(['response_type', 'client_id', 'redirect_uri', 'scope'])
  })
})

describe('Parameters of the configuration', () => {
  test('are added, but none that only the flow sets', () => {
    const reserved = [
      'response_type',
      'client_id',
      'redirect_uri',
      'state',
      'nonce',
      'code_challenge',
      'code_challenge_method',
      'request',
      'request_uri',
      'response_mode',
    ]
    const { parameters } = make(
      { authorizationParams: { ...Object.fromEntries(reserved.map((name) => [name, 'forged'])), audience: 'x' } },
      {},
      true,
    )
    expect(Object.values(parameters)).not.toContain('forged')
    expect(parameters).toMatchObject({
      audience: 'x',
      response_type: 'code',
      client_id: 'the-client',
      redirect_uri: 'https://app.example/auth/invented/callback',
    })
  })

  test('give way to what this login asks for', () => {
    const provider = {
      authorizationParams: { prompt: 'consent', login_hint: 'x', scope: 'y', max_age: '1' },
      maxAge: 7,
      acrValues: ['a', 'b'],
    }
    expect(make(provider, { prompt: 'login', loginHint: 'ada', maxAge: 0, acrValues: ['c'] }).parameters).toMatchObject({
      prompt: 'login',
      login_hint: 'ada',
      scope: 'profile',
      max_age: '0',
      acr_values: 'c',
    })
    expect(make(provider).parameters).toMatchObject({ prompt: 'consent', login_hint: 'x', max_age: '7', acr_values: 'a b' })
  })

  test('for a refresh token are added where it is asked for', () => {
    const offlineAccess = { scope: ['offline'], authorizationParams: { access_type: 'offline', state: 'forged' } }
    expect(make({ offlineAccess }).parameters).not.toHaveProperty('access_type')
    const { parameters } = make({ offlineAccess, offline: true })
    expect(parameters).toMatchObject({ access_type: 'offline', scope: 'profile offline' })
    expect(parameters['state']).not.toBe('forged')
    expect(make({ offlineAccess, offline: true, authorizationParams: { access_type: 'online' } }).parameters).toMatchObject({
      access_type: 'online',
    })
  })

  test("may have names of the provider's own", () => {
    const { parameters } = make({ parameterNames: { client_id: 'appid', scope: 'permissions', state: 'moved' } })
    expect(parameters).toMatchObject({ appid: 'the-client', permissions: 'profile', state: expect.any(String) as unknown })
    expect(parameters).not.toHaveProperty('client_id')
    expect(parameters).not.toHaveProperty('moved')
  })
})

describe('The scope', () => {
  test('is each one once, in order, joined as the provider wants it', () => {
    expect(
      requestedScope(
        { provider: contextFor({ provider: { scope: ['a', 'b', 'a'], offline: true, offlineAccess: { scope: ['b', 'c'] } } }).provider },
        { scope: ['d', 'a'] },
      ),
    ).toEqual(['a', 'b', 'c', 'd'])
    expect(make({ scope: ['a', 'b'], scopeSeparator: ',' }).parameters).toMatchObject({ scope: 'a,b' })
  })

  test('is left out when there is none', () => {
    expect(make({ scope: [] }).parameters).not.toHaveProperty('scope')
  })
})

describe('An address with parameters', () => {
  test.each<[string, Record<string, string>, string]>([
    ['https://id.example/a', { x: 'ü &=+' }, 'https://id.example/a?x=%C3%BC+%26%3D%2B'],
    ['https://id.example/a?x=1&x=2&y=3', { x: 'new' }, 'https://id.example/a?x=new&y=3'],
    ['https://id.example/a?state=forged', { state: 'ours' }, 'https://id.example/a?state=ours'],
    ['https://id.example/a#f', { x: '1' }, 'https://id.example/a?x=1#f'],
    ['https://id.example', {}, 'https://id.example/'],
    ['https://id.example/a?b=%20c', {}, 'https://id.example/a?b=%20c'],
  ])('%s with %j is %s', (endpoint, parameters, expected) => {
    expect(withParameters(endpoint, parameters)).toBe(expected)
  })
})

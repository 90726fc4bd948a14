import { describe, expect, test } from '@jest/globals'
import { standardClaims } from '../../../../lib/profile.js'
import { bindingOf, isBoundTo } from '../../../../lib/tokens/binding.js'
import { defineProvider, type ApiRequest, type Registration } from '../../../../lib/types.js'
import { catalogue, client, custom, ecKey, refusal, resolve, rsaKey } from '../fixtures.js'

function register(slug: string, entry: object, env: Record<string, string> = {}, defaults: object = {}): Registration {
  const registration = resolve({ providers: { defaults, [slug]: entry } }, { env }).registrations.get(slug)
  if (!registration) throw new Error('There is no such registration.')
  return registration
}

describe('An entry of the catalogue', () => {
  test('comes complete', () => {
    const { provider, ...registration } = register('acme', client)
    expect(registration).toEqual({ slug: 'acme', client })
    expect(provider).toEqual({ ...catalogue.acme, discovery: false, apiBaseUrl: 'https://api.acme.example/v1/' })
  })

  test('may stand under another slug', () => {
    expect(register('work', { provider: 'acme', ...client })).toMatchObject({ slug: 'work', provider: { title: 'Acme' } })
  })

  test('is named by a list, with who we are from the environment', () => {
    const env = { ACME_CLIENT_ID: 'a', ACME_CLIENT_SECRET: 'b', CHIRP_CLIENT_ID: 'c', CHIRP_CLIENT_SECRET: 'd' }
    const { registrations } = resolve({ providers: ['acme', 'chirp'] }, { env })
    expect([...registrations.values()].map(({ slug, client: who }) => [slug, who])).toEqual([
      ['acme', { clientId: 'a', clientSecret: 'b' }],
      ['chirp', { clientId: 'c', clientSecret: 'd' }],
    ])
  })

  test('gives way to the entry, table by table and option by option', () => {
    const { provider } = register('acme', {
      ...client,
      title: 'Our Acme',
      scope: ['read', 'write'],
      authorizationParams: { lang: 'de' },
      apiHeaders: { 'x-api': '2' },
      extraRequests: { teams: 'https://api.acme.example/teams' },
      profile: { email: 'primary_mail', locale: 'lang' },
    })
    expect(provider).toMatchObject({
      title: 'Our Acme',
      scope: ['read', 'write'],
      authorizationParams: { display: 'page', lang: 'de' },
      apiHeaders: { accept: 'application/vnd.acme+json', 'x-api': '2' },
      extraRequests: { emails: 'https://api.acme.example/emails', teams: 'https://api.acme.example/teams' },
      profile: { id: 'id', name: 'display_name', email: 'primary_mail', locale: 'lang' },
    })
  })

  test('is not what a value of defineProvider under its name builds on', () => {
    const acme = defineProvider({ ...catalogue.chirp, title: 'Another Acme' })
    const { provider } = register('acme', acme, { ACME_CLIENT_ID: 'a', ACME_CLIENT_SECRET: 'b' })
    expect(provider).toMatchObject({ protocol: 'oauth1', title: 'Another Acme' })
    expect(provider.authorizationParams).toBeUndefined()
  })
})

describe('Hooks', () => {
  const request: ApiRequest = { method: 'GET', url: 'https://api.acme.example/v1/', headers: {} }

  test('of the catalogue run first, of the defaults next, of the entry last, each on the result of the former', () => {
    const trace = (who: string) => ({
      userinfo: (raw: Record<string, unknown>) => ({ ...raw, trace: [...(raw['trace'] as string[]), who] }),
    })
    const { provider } = register('acme', { ...client, hooks: trace('entry') }, {}, { hooks: trace('defaults') })
    expect(
      provider.hooks?.userinfo?.(
        { trace: [] },
        { accessToken: 'a', tokenType: 'Bearer' },
        { client: { clientId: 'a' }, response: {}, callback: {} },
      ),
    ).toEqual({ trace: ['catalogue', 'defaults', 'entry'] })
  })

  test('keep their further arguments', () => {
    const apiRequest = (changed: ApiRequest, _tokens: unknown, who: { clientId: string }): ApiRequest => ({
      ...changed,
      headers: { ...changed.headers, 'x-entry': who.clientId },
    })
    const { provider, client: who } = register('acme', { ...client, hooks: { apiRequest } })
    expect(provider.hooks?.apiRequest?.(request, { accessToken: 'a', tokenType: 'Bearer' }, who).headers).toEqual({
      'x-catalogue': 'Bearer',
      'x-entry': 'client-1',
    })
  })

  test('of the catalogue alone stay what they are', () => {
    expect(register('acme', client).provider.hooks?.userinfo).toBe(catalogue.acme.hooks?.userinfo)
  })
})

describe('Parameters', () => {
  test('fill texts and functions', () => {
    expect(register('forge', client).provider).toMatchObject({
      tokenEndpoint: 'https://forge.example/token',
      userinfoEndpoint: 'https://api.forge.example/user',
    })
    expect(register('forge', { ...client, host: 'Git.Corp.example:8443' }).provider).toMatchObject({
      tokenEndpoint: 'https://git.corp.example:8443/token',
      userinfoEndpoint: 'https://git.corp.example:8443/api/user',
    })
  })

  test('come from the entry, else the defaults, else the environment, else the catalogue', () => {
    const issuerOf = (entry: object, env: Record<string, string>, defaults: object) =>
      register('cloud', { ...client, ...entry }, env, defaults).provider.issuer
    const env = { CLOUD_TENANT: 'env' }
    expect(issuerOf({ tenant: 'entry' }, env, { tenant: 'defaults' })).toBe('https://cloud.example/entry/v2.0')
    expect(issuerOf({}, env, { tenant: 'defaults' })).toBe('https://cloud.example/defaults/v2.0')
    expect(issuerOf({}, env, {})).toBe('https://cloud.example/env/v2.0')
  })

  test('go before an option of the same name', () => {
    const { provider } = register('realmed', { ...client, realm: 'main' })
    expect(provider.issuer).toBe('https://realmed.example/realms/main')
    expect(provider).not.toHaveProperty('realm')
  })

  test('in the defaults reach only those providers that have them', () => {
    const env = { ACME_CLIENT_ID: 'a', ACME_CLIENT_SECRET: 'b' }
    const { registrations } = resolve({ providers: { defaults: { tenant: 'contoso' }, acme: {}, cloud: client } }, { env })
    expect(registrations.get('acme')?.provider).not.toHaveProperty('tenant')
    expect(registrations.get('cloud')?.provider.issuer).toBe('https://cloud.example/contoso/v2.0')
  })

  test("can be declared by a provider of one's own", () => {
    const parameters = { region: { description: 'the region', kind: 'segment' } } as const
    const own = { ...custom.oidc, issuer: 'https://id.example/{region}', parameters }
    expect(register('own', { ...own, region: 'eu-1' }).provider.issuer).toBe('https://id.example/eu-1')
    expect(refusal(() => register('own', own)).message).toContain('providers.own.region is missing')
  })
})

describe('The environment', () => {
  test('gives scalar options of every kind', () => {
    const env = {
      MY_CORP_2_PROTOCOL: 'oidc',
      MY_CORP_2_ISSUER: 'https://id.example',
      MY_CORP_2_CLIENT_ID: ' id ',
      MY_CORP_2_PRIVATE_KEY: rsaKey.replaceAll('\n', '\\n'),
      MY_CORP_2_CLIENT_AUTH: 'private_key_jwt',
      MY_CORP_2_CLOCK_TOLERANCE: '10',
      MY_CORP_2_MAX_AGE: '0',
      MY_CORP_2_OFFLINE: 'true',
      MY_CORP_2_USERINFO: '0',
      MY_CORP_2_API_BASE_URL: 'https://api.example/x',
      MY_CORP_2_USERINFO_ENDPOINT: 'https://id.example/me',
      MY_CORP_2_TITLE: '',
      MY_CORP_2_SCOPE: 'openid more',
    }
    const { provider, client: who } = resolve({ providers: ['my-corp_2'] }, { env }).registrations.get('my-corp_2') ?? {}
    expect(who).toEqual({ clientId: 'id', privateKey: rsaKey })
    expect(provider).toEqual({
      protocol: 'oidc',
      issuer: 'https://id.example',
      userinfoEndpoint: 'https://id.example/me',
      clientAuth: 'private_key_jwt',
      clockTolerance: 10,
      maxAge: 0,
      userinfo: false,
      offline: true,
      offlineAccess: { scope: ['offline_access'], authorizationParams: { prompt: 'consent' } },
      apiBaseUrl: 'https://api.example/x/',
      scope: ['openid', 'profile', 'email'],
      profile: standardClaims,
    })
  })

  test('yields to the code, even where its own value is wrong', () => {
    const env = { OWN_CLIENT_ID: 'env', OWN_CLOCK_TOLERANCE: 'long', OWN_ISSUER: 'https://env.example', OWN_PKCE: 'false' }
    const { provider, client: who } = register('own', { ...custom.oidc, clockTolerance: 5 }, env, { pkce: true })
    expect(who.clientId).toBe('client-1')
    expect(provider).toMatchObject({ clockTolerance: 5, issuer: 'https://id.example', pkce: true })
  })

  test('may name the catalogue entry', () => {
    expect(register('work', client, { WORK_PROVIDER: 'acme' }).provider.title).toBe('Acme')
  })
})

describe("A provider of one's own", () => {
  test('of OpenID Connect needs its issuer only', () => {
    expect(register('corp', custom.oidc)).toEqual({
      slug: 'corp',
      client,
      provider: {
        protocol: 'oidc',
        issuer: 'https://id.example',
        scope: ['openid', 'profile', 'email'],
        profile: standardClaims,
      },
    })
  })

  test('of OpenID Connect adds to the standard claims', () => {
    const { profile } = register('corp', { ...custom.oidc, profile: { username: 'upn' } }).provider
    expect(profile).toEqual({ ...standardClaims, username: 'upn' })
  })

  test('of OAuth asks for no scope unless told', () => {
    expect(register('plain', custom.oauth2).provider).toMatchObject({ scope: [], profile: { id: 'id' } })
    expect(register('old', custom.oauth1).provider).toMatchObject({ scope: [] })
  })

  test('may do without a userinfo endpoint, but not without an id', () => {
    const { userinfoEndpoint: _endpoint, ...entry } = custom.oauth2
    expect(register('plain', entry).provider.userinfoEndpoint).toBeUndefined()
    const { profile: _profile, ...nameless } = entry
    expect(() => register('plain', nameless)).toThrow(/profile\.id is missing/)
  })

  test('may live on this machine', () => {
    const entry = { ...custom.oidc, issuer: 'http://localhost:4000', apiBaseUrl: 'http://127.0.0.1:4000/api' }
    expect(register('own', entry).provider).toMatchObject({ issuer: 'http://localhost:4000', apiBaseUrl: 'http://127.0.0.1:4000/api/' })
    const plaintext = { ...custom.oauth1, signatureMethod: 'PLAINTEXT', accessTokenEndpoint: 'http://127.0.0.1:4000/access' }
    expect(register('own', plaintext).provider.signatureMethod).toBe('PLAINTEXT')
  })

  test.each([
    ['none', { clientAuth: 'none' }],
    ['a key for a signed assertion', { clientAuth: 'private_key_jwt', privateKey: ecKey }],
    ['a key and no word about it', { privateKey: ecKey }],
    ['a function', { clientAuth: () => undefined }],
  ])('needs no client secret with client authentication by %s', (_method, options) => {
    const { clientSecret: _secret, ...entry } = custom.oauth2
    expect(register('own', { ...entry, ...options }).client.clientSecret).toBeUndefined()
  })

  test('needs no client secret to sign by RSA', () => {
    const { clientSecret: _secret, ...entry } = custom.oauth1
    expect(register('own', { ...entry, signatureMethod: 'RSA-SHA1', privateKey: rsaKey }).client).toEqual({
      clientId: 'client-1',
      privateKey: rsaKey,
    })
  })

  test('has its hosts in lower case, as URLs have them', () => {
    expect(register('own', { ...custom.oauth2, apiHosts: ['CDN.example', 'files.example:8443'] }).provider.apiHosts).toEqual([
      'cdn.example',
      'files.example:8443',
    ])
  })

  test('does not pass on who we are as part of the provider', () => {
    const { provider } = register('own', { ...custom.oauth2, privateKey: rsaKey })
    const ours = Object.keys(provider).filter((name) => /^(?:client(?:Id|Secret)|privateKey|parameters|provider)$/.test(name))
    expect(ours).toEqual([])
  })
})

describe('Defaults', () => {
  test('lie under every entry', () => {
    const shared = { ...client, authorizationParams: { lang: 'fr', theme: 'dark' }, clockTolerance: 5 }
    const own = { protocol: 'oidc', issuer: 'https://id.example', clockTolerance: 9 }
    const { registrations } = resolve({ providers: { defaults: shared, acme: {}, own } })
    expect(registrations.get('acme')).toMatchObject({
      client,
      provider: { authorizationParams: { display: 'page', lang: 'fr', theme: 'dark' } },
    })
    expect(registrations.get('own')?.provider).toMatchObject({ clockTolerance: 9, authorizationParams: { theme: 'dark' } })
    expect([...registrations.keys()]).toEqual(['acme', 'own'])
  })

  test('may name the protocol, or the catalogue entry, of all', () => {
    expect(register('own', { issuer: 'https://id.example', ...client }, {}, { protocol: 'oidc' }).provider.protocol).toBe('oidc')
    expect(register('own', { tenant: 'a', ...client }, {}, { provider: 'cloud' }).provider.title).toBe('Cloud')
    expect(register('acme', client, {}, { protocol: 'oidc' }).provider.protocol).toBe('oauth2')
  })
})

describe('Late entries', () => {
  test('run the same checks, over the same defaults and environment', () => {
    const providers = { defaults: { tenant: 'contoso' }, acme: client }
    const { register: late, registrations } = resolve({ providers }, { env: { CLOUD_CLIENT_ID: 'late' } })
    expect(late('cloud', { clientSecret: 'hush' })).toMatchObject({
      client: { clientId: 'late' },
      provider: { issuer: 'https://cloud.example/contoso/v2.0' },
    })
    expect(refusal(() => late('logout', client)).message).toContain('providers.logout cannot be a slug')
    expect(refusal(() => late('acme', { clientSecrt: '' })).message).toContain('providers.acme.clientSecrt is not an option')
    expect(refusal(() => late('acme', 'acme' as never)).message).toContain('providers.acme must be an object of options')
    expect([...registrations.keys()]).toEqual(['acme'])
  })

  test('are the same registration as long as they are the same entry under the same slug', () => {
    const { register: late } = resolve({ providers: { acme: client } })
    const entry = { provider: 'acme', ...client }
    expect(late('one', entry)).toBe(late('one', entry))
    expect(late('two', entry)).not.toBe(late('one', entry))
    expect(late('one', { ...entry })).not.toBe(late('one', entry))
    expect(late('two', entry).slug).toBe('two')
  })

  test('of a function never get an id or a secret by the name of their slug', () => {
    const lookup = (): undefined => undefined
    const settings = resolve({ providers: lookup }, { env: { ACME_CLIENT_ID: 'id', ACME_CLIENT_SECRET: 'hush' } })
    expect(settings.lookup).toBe(lookup)
    expect(settings.registrations.size).toBe(0)
    expect(settings.register('acme', client).client).toEqual(client)
    expect(refusal(() => settings.register('acme', {})).message).toContain('\nproviders.acme.clientId is missing: set it.\n')
  })
})

describe('An exchange of access tokens', () => {
  test('has its addresses filled, those of short-lived tokens too', () => {
    const renewal = {
      grantType: 'a',
      parameter: 'b',
      endpoint: 'https://{host}/longer',
      method: 'GET',
      authenticated: false,
      shortLived: { grantType: 'c', parameter: 'd', endpoint: () => 'https://x.example/first' },
    }
    expect(register('forge', { ...client, host: 'git.example', renewal }).provider.renewal).toEqual({
      ...renewal,
      endpoint: 'https://git.example/longer',
      shortLived: { grantType: 'c', parameter: 'd', endpoint: 'https://x.example/first' },
    })
  })

  test('may be left out, or be no renewal at all', () => {
    expect(register('forge', client).provider).not.toHaveProperty('renewal')
    expect(register('forge', { ...client, renewal: 'none' }).provider.renewal).toBe('none')
  })

  test("gives way to the entry's own strategy as a whole", () => {
    const acme = defineProvider({ ...catalogue.acme, renewal: { grantType: 'a', parameter: 'b', method: 'GET' } })
    expect(register('own', { ...acme, ...client, renewal: { grantType: 'c', parameter: 'd' } }).provider.renewal).toEqual({
      grantType: 'c',
      parameter: 'd',
    })
  })
})

test('Endpoints of revocation and introspection are filled as others are', () => {
  const { provider } = register('forge', {
    ...client,
    host: 'git.example',
    introspectionEndpoint: 'https://{host}/introspect',
    revocationEndpoint: 'https://{host}/revoke',
    revocationClientAuth: 'post',
  })
  expect(provider).toMatchObject({
    introspectionEndpoint: 'https://git.example/introspect',
    revocationEndpoint: 'https://git.example/revoke',
    revocationClientAuth: 'post',
  })
})

test('An entry of OAuth 1.0a, which knows no revocation and no discovery, has none from what is said for all', () => {
  const shared = {
    introspectionEndpoint: 'https://id.example/introspect',
    revocationEndpoint: 'https://id.example/revoke',
    issuer: 'https://id.example',
    discovery: true,
  }
  const { provider } = register('old', custom.oauth1, {}, shared)
  expect(provider).toMatchObject({ issuer: 'https://id.example', discovery: false })
  expect([provider.introspectionEndpoint, provider.revocationEndpoint]).toEqual([undefined, undefined])
})

test('What is bound to an entry of OAuth 2.0 that names an issuer is bound to its endpoints too: no discovery vouches for them', () => {
  const entry = { ...custom.oauth2, issuer: 'https://id.example' }
  const [one, other] = [register('own', entry), register('own', { ...entry, tokenEndpoint: 'https://evil.example/token' })]
  expect(isBoundTo(bindingOf(one), one)).toBe(true)
  expect(isBoundTo(bindingOf(one), other)).toBe(false)
})

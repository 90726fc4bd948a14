import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import * as client from 'openid-client'
import { people } from '../../testing/people.js'
import { startOpenidProvider, type OpenidProvider } from '../../testing/openidProvider.js'
import { createBrowser, type Visit } from './openidBrowser.js'

const redirectUri = 'http://127.0.0.1:1/callback'
const demo = {
  clientId: 'demo',
  clientSecret: 'demo-secret',
  clientName: 'Demo <Application>',
  redirectUris: [redirectUri],
  postLogoutRedirectUris: ['http://127.0.0.1:1/bye'],
}

let provider: OpenidProvider
let warnings: ReturnType<typeof jest.spyOn>
let notices: ReturnType<typeof jest.spyOn>

beforeAll(async () => {
  warnings = jest.spyOn(console, 'warn').mockImplementation(() => undefined)
  notices = jest.spyOn(console, 'info').mockImplementation(() => undefined)
  provider = await startOpenidProvider({ clients: [demo], brand: 'Demo ID' })
})

afterAll(async () => {
  await provider.close()
})

const started: OpenidProvider[] = []
const start: typeof startOpenidProvider = async (options) => {
  const server = await startOpenidProvider(options)
  started.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()))
})

interface Login {
  config: client.Configuration
  checks: client.AuthorizationCodeGrantChecks
  url: URL
}

async function begin(scope: string, at: OpenidProvider = provider, more: Record<string, string> = {}): Promise<Login> {
  const authentication = client.ClientSecretBasic(demo.clientSecret)
  const config = await client.discovery(new URL(at.issuer), demo.clientId, undefined, authentication, {
    execute: [client.allowInsecureRequests],
  })
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const expectedState = client.randomState()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state: expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  })
  return { config, checks: { pkceCodeVerifier, expectedState }, url }
}

async function tokensOf(login: Login, visit: Visit) {
  // A visit without location has not come back to the application, which the library refuses.
  return client.authorizationCodeGrant(login.config, visit.location ?? new URL(visit.url), login.checks)
}

async function signIn(scope: string, person = 'ada-id', at: OpenidProvider = provider) {
  const login = await begin(scope, at)
  const browser = createBrowser(at.issuer)
  const chooser = await browser.open(login.url.href)
  const tokens = await tokensOf(login, chooser.location ? chooser : await browser.open(chooser.url, { person }))
  return { ...login, browser, tokens }
}

function api(path: string, token?: string, init: RequestInit = {}): Promise<Response> {
  return fetch(provider.apiBaseUrl + path, { ...init, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
}

describe('discovery', () => {
  test('names the endpoints, PKCE with S256 and the issuer in the response', async () => {
    const { config } = await begin('openid')
    expect(config.serverMetadata()).toMatchObject({
      issuer: provider.issuer,
      authorization_endpoint: provider.authorizationEndpoint,
      token_endpoint: provider.tokenEndpoint,
      userinfo_endpoint: provider.userinfoEndpoint,
      revocation_endpoint: provider.revocationEndpoint,
      end_session_endpoint: provider.endSessionEndpoint,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
  })

  test('two servers have keys of their own', async () => {
    const other = await start()
    const keys = await Promise.all([provider, other].map(async ({ issuer }) => (await fetch(`${issuer}/jwks`)).text()))
    expect(keys[0]).not.toBe(keys[1])
  })
})

describe('signing in with OpenID Connect', () => {
  test('the page shows the application, what it asks for and everybody, with its name escaped', async () => {
    const { url } = await begin('openid profile email')
    const { html, status } = await createBrowser(provider.issuer).open(url.href)
    expect(status).toBe(200)
    expect(html).toContain('Demo &#60;Application&#62;')
    expect(html).toContain('see your e-mail address')
    for (const person of people) expect(html).toContain(`Continue as ${person.name}`)
  })

  test('choosing a person gives tokens and claims', async () => {
    const { config, tokens } = await signIn('openid profile email', 'grace-id')
    expect(tokens.claims()?.sub).toBe('grace-id')
    expect(tokens.expires_in).toBe(3600)
    expect(tokens.refresh_token).toBeUndefined()
    const picture = `${provider.issuer}/avatars/grace-id.svg`
    expect(await client.fetchUserInfo(config, tokens.access_token, 'grace-id')).toEqual({
      sub: 'grace-id',
      name: 'Grace Sample',
      given_name: 'Grace',
      family_name: 'Sample',
      preferred_username: 'grace',
      profile: `${provider.issuer}/people/grace`,
      picture,
      locale: 'en-US',
      email: 'grace@example.org',
      email_verified: true,
    })
    const drawn = await fetch(picture)
    expect(drawn.headers.get('content-type')).toBe('image/svg+xml')
    expect(await drawn.text()).toContain('>GS</text>')
    expect(await (await fetch(`${provider.issuer}/people/grace`)).text()).toContain('@grace')
  })

  test('Cancel gives access_denied', async () => {
    const login = await begin('openid')
    const browser = createBrowser(provider.issuer)
    const { url } = await browser.open(login.url.href)
    const { location } = await browser.open(url, { deny: '1' })
    expect(location?.searchParams.get('error')).toBe('access_denied')
    expect(location?.searchParams.get('iss')).toBe(provider.issuer)
    expect(location?.searchParams.get('state')).toBe(login.checks.expectedState)
  })

  test('the next login asks again, and another person can be chosen without ending what the first granted', async () => {
    const first = await signIn('openid profile', 'ada-id')
    const again = await begin('openid profile')
    const { url } = await first.browser.open(again.url.href)
    const tokens = await tokensOf(again, await first.browser.open(url, { person: 'linus-id' }))
    expect(tokens.claims()?.sub).toBe('linus-id')
    expect((await client.fetchUserInfo(first.config, first.tokens.access_token, 'ada-id')).name).toBe('Ada Example')
  })

  test.each(['login', 'consent', 'select_account', 'login consent'])('prompt=%s shows the page once', async (prompt) => {
    const login = await begin('openid', provider, { prompt })
    const browser = createBrowser(provider.issuer)
    const { url } = await browser.open(login.url.href)
    expect((await tokensOf(login, await browser.open(url, { person: 'ada-id' }))).claims()?.sub).toBe('ada-id')
  })

  test('prompt=none gives login_required', async () => {
    const { url } = await begin('openid', provider, { prompt: 'none' })
    const { location } = await createBrowser(provider.issuer).open(url.href)
    expect(location?.searchParams.get('error')).toBe('login_required')
  })

  test('the page of a login that has ended says so', async () => {
    const { url } = await begin('openid')
    const browser = createBrowser(provider.issuer)
    const chooser = await browser.open(url.href)
    const { status, html } = await createBrowser(provider.issuer).open(chooser.url)
    expect(status).toBe(400)
    expect(html).toContain('go back to the application')
  })

  test('a redirect URI that is not registered is answered with a page', async () => {
    const { url } = await begin('openid', provider, { redirect_uri: 'http://127.0.0.1:1/other' })
    const { status, html, location } = await createBrowser(provider.issuer).open(url.href)
    expect(location).toBeUndefined()
    expect(status).toBe(400)
    expect(html).toContain('invalid_redirect_uri')
  })
})

describe('refresh tokens', () => {
  test('offline_access gives one, each use gives the next, and the old one is refused', async () => {
    const { config, tokens } = await signIn('openid offline_access')
    const refreshed = await client.refreshTokenGrant(config, String(tokens.refresh_token))
    expect(refreshed.access_token).not.toBe(tokens.access_token)
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
    await expect(client.refreshTokenGrant(config, String(tokens.refresh_token))).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test('without rotation the same one stays', async () => {
    const steady = await start({ clients: [demo], signInAs: 'ada-id', rotateRefreshTokens: false })
    const { config, tokens } = await signIn('openid offline_access', 'ada-id', steady)
    const refreshed = await client.refreshTokenGrant(config, String(tokens.refresh_token))
    expect(refreshed.refresh_token).toBe(tokens.refresh_token)
  })

  test('a revoked one is refused, and so is its access token', async () => {
    const { config, tokens } = await signIn('profile')
    await client.tokenRevocation(config, String(tokens.refresh_token))
    await expect(client.refreshTokenGrant(config, String(tokens.refresh_token))).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await api('me', tokens.access_token)).status).toBe(401)
  })

  test('introspection tells the client about its token', async () => {
    const { config, tokens } = await signIn('profile')
    expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, sub: 'ada-id' })
  })
})

describe('plain OAuth 2.0', () => {
  test('gives an access token and a refresh token, and no ID Token', async () => {
    const { tokens } = await signIn('profile projects', 'linus-id')
    expect(tokens.id_token).toBeUndefined()
    expect(tokens.refresh_token).toEqual(expect.any(String))
    expect(await (await api('me', tokens.access_token)).json()).toEqual({
      id: 'linus-id',
      login: 'linus',
      display_name: 'Linus Muster',
      contact: { email: 'linus@example.com', verified: false },
      avatar_url: `${provider.issuer}/avatars/linus-id.svg`,
      html_url: `${provider.issuer}/people/linus`,
    })
    const listed = await (await api('projects', tokens.access_token)).json()
    expect(listed).toHaveLength(4)
  })

  test('a project that is posted comes back with an id', async () => {
    const { tokens } = await signIn('projects')
    const created = await api('projects', tokens.access_token, { method: 'POST', body: JSON.stringify({ name: 'new' }) })
    expect(created.status).toBe(201)
    expect(await created.json()).toEqual({ name: 'new', id: expect.any(String) })
    expect((await api('projects', tokens.access_token, { method: 'POST', body: '[' })).status).toBe(400)
    expect((await api('nothing', tokens.access_token)).status).toBe(404)
  })

  test('the API refuses a request without a token, and one with a wrong one', async () => {
    const without = await api('me')
    expect(without.status).toBe(401)
    expect(without.headers.get('www-authenticate')).toBe('Bearer realm="api"')
    const wrong = await api('me', 'wrong')
    expect(wrong.status).toBe(401)
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test('an access token ends after its lifetime', async () => {
    const brief = await start({ clients: [demo], signInAs: 'ada-id', accessTokenLifetime: 1 })
    const { tokens } = await signIn('profile', 'ada-id', brief)
    expect(tokens.expires_in).toBe(1)
    const ask = () => fetch(`${brief.apiBaseUrl}me`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
    let status = 200
    while (status === 200) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      status = (await ask()).status
    }
    expect(status).toBe(401)
  })
})

describe('signing out', () => {
  test('asks, and leads back to the application', async () => {
    const { config, browser, tokens } = await signIn('openid')
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: 'http://127.0.0.1:1/bye',
      state: 'here',
    })
    const { html } = await browser.open(url.href)
    expect(html).toContain('Sign out of Demo ID?')
    const [, action = '', xsrf = ''] = /action="([^"]+)".*name="xsrf" value="([^"]+)"/.exec(html) ?? []
    const { location } = await browser.open(action, { xsrf, logout: 'yes' })
    expect(location?.href).toBe('http://127.0.0.1:1/bye?state=here')
  })

  test('ends at a page where the application named none', async () => {
    const { browser } = await signIn('openid')
    const { html } = await browser.open(provider.endSessionEndpoint)
    const [, action = '', xsrf = ''] = /action="([^"]+)".*name="xsrf" value="([^"]+)"/.exec(html) ?? []
    expect((await browser.open(action, { xsrf, logout: 'yes' })).html).toContain('You are signed out')
  })
})

describe('startOpenidProvider', () => {
  test('signInAs answers without a page', async () => {
    const server = await start({ clients: [demo], signInAs: 'grace-id' })
    const { tokens } = await signIn('openid', 'nobody', server)
    expect(tokens.claims()?.sub).toBe('grace-id')
  })

  test('refuses to sign in somebody unknown', async () => {
    await expect(startOpenidProvider({ signInAs: 'nobody' })).rejects.toThrow('signInAs: nobody has the id nobody')
  })

  test('refuses a client that is not valid, and a port that is taken', async () => {
    const invalid = { ...demo, redirectUris: ['not a URL'] }
    await expect(startOpenidProvider({ clients: [invalid] })).rejects.toThrow('invalid_redirect_uri')
    await expect(startOpenidProvider({ port: Number(new URL(provider.issuer).port) })).rejects.toThrow('EADDRINUSE')
  })

  test('a client can be added and replaced while it listens', async () => {
    const server = await start({ signInAs: 'ada-id' })
    const browser = createBrowser(server.issuer)
    const login = await begin('openid', server)
    expect((await browser.open(login.url.href)).html).toContain('invalid_client')
    server.registerClient({ ...demo, redirectUris: ['http://127.0.0.1:1/elsewhere'] })
    expect((await browser.open(login.url.href)).html).toContain('invalid_redirect_uri')
    server.registerClient(demo)
    expect((await tokensOf(login, await browser.open(login.url.href))).claims()?.sub).toBe('ada-id')
  })

  test('a public client needs PKCE and no secret', async () => {
    const server = await start({ clients: [{ clientId: 'public', redirectUris: [redirectUri] }], signInAs: 'ada-id' })
    const request = new URL(server.authorizationEndpoint)
    request.search = new URLSearchParams({ client_id: 'public', response_type: 'code', scope: 'profile' }).toString()
    const { location } = await createBrowser(server.issuer).open(request.href)
    expect(location?.searchParams.get('error_description')).toContain('PKCE')
  })

  test('logs requests without their query, and nothing secret', async () => {
    const server = await start({ clients: [demo], signInAs: 'ada-id' })
    await signIn('openid', 'ada-id', server)
    expect(server.requests).toEqual([
      { method: 'GET', path: '/.well-known/openid-configuration', status: 200 },
      { method: 'GET', path: '/authorize', status: 303 },
      { method: 'GET', path: expect.stringMatching(/^\/interaction\/[\w-]+$/), status: 303 },
      { method: 'GET', path: expect.stringMatching(/^\/authorize\/[\w-]+$/), status: 303 },
      { method: 'POST', path: '/token', status: 200 },
    ])
  })

  test('closes at once, also with a connection kept alive, and twice', async () => {
    const server = await start()
    await (await fetch(`${server.issuer}/jwks`)).text()
    await server.close()
    await server.close()
    await expect(fetch(`${server.issuer}/jwks`)).rejects.toThrow('fetch failed')
  })

  test('prints nothing, also on an old Node.js', () => {
    expect(notices).not.toHaveBeenCalled()
    expect(warnings).not.toHaveBeenCalled()
  })
})

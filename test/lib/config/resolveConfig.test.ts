import { inspect } from 'node:util'
import { describe, expect, jest, test } from '@jest/globals'
import { resolveConfig } from '../../../lib/config/resolveConfig.js'
import type { AuthRouterConfig } from '../../../lib/config/settings.js'
import { catalogue, client, custom, refusal, resolve, resolveInProduction, secret } from './fixtures.js'

const providers = { acme: client }

describe('A configuration of nothing but providers', () => {
  test('gets defaults that are safe', () => {
    const { registrations, register, secrets, ...settings } = resolve({ providers })
    expect(settings).toEqual({
      baseUrls: [],
      path: '/auth',
      appId: 'authrouter',
      session: undefined,
      transactions: 'cookie',
      afterLogin: '/',
      afterLogout: '/',
      returnToOrigins: [],
      ifLoggedIn: 'allow',
      remember: false,
      crossSiteStart: 'confirm',
      errors: 'page',
      tokenStore: undefined,
      userStore: undefined,
      keepTokens: 'session',
      linkByVerifiedEmail: [],
      profileMaxAge: false,
      fetchToken: undefined,
      revokeOnLogout: true,
      expiry: { idle: false, absolute: undefined, rolling: false },
      hooks: {},
      keep: { dropOnLogin: ['csrfSecret', '_csrf', 'flash'], keepAcrossUsers: [], keepOnLogout: [] },
      outbound: { timeout: 5000, maxBytes: 1024 * 1024 },
      logger: undefined,
      lookup: undefined,
    })
    expect([...registrations.keys()]).toEqual(['acme'])
    expect(typeof register).toBe('function')
    expect(secrets).toEqual([secret])
  })

  test('treats an option that is undefined as left out', () => {
    const options = { path: undefined, userStore: undefined, hooks: { onLogin: undefined, onLink: undefined } }
    expect(resolve({ providers, ...options })).toMatchObject({ path: '/auth', hooks: {} })
  })
})

describe('What the application says', () => {
  test('is taken, in its own words', () => {
    const store = { get: () => undefined, set: () => undefined, destroy: () => undefined }
    const logger = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() }
    const dispatcher = { dispatch: () => true }
    const onLogin = (): void => undefined
    const session = { store, name: 'sid' }
    const plain = {
      path: '/a/sign-in',
      appId: 'shop',
      transactions: 'session',
      afterLogin: '/home?x=1#y',
      afterLogout: '/a/sign-in',
      returnToOrigins: ['https://www.example', 'http://localhost:5173'],
      ifLoggedIn: 'redirect',
      remember: 3600,
      crossSiteStart: 'allow',
      errors: 'next',
    }
    const settings = resolve({
      ...plain,
      providers,
      session,
      logger,
      keep: { dropOnLogin: [] },
      hooks: { onLogin },
      http: { timeout: 100, dispatcher },
    })
    expect(settings).toMatchObject({
      ...plain,
      keep: { dropOnLogin: [], keepAcrossUsers: [], keepOnLogout: [] },
      outbound: { timeout: 100, maxBytes: 1024 * 1024 },
    })
    expect(settings.session).toBe(session)
    expect(settings.logger).toBe(logger)
    expect(settings.outbound.dispatcher).toBe(dispatcher)
    expect(settings.hooks.onLogin).toBe(onLogin)
    expect([store, logger, dispatcher].some(Object.isFrozen)).toBe(false)
  })

  test('may be a session function and no logger', () => {
    const session = (): object => ({})
    expect(resolve({ providers, session, logger: false })).toMatchObject({ session, logger: false })
  })

  test('is frozen as it was when it was read', () => {
    const acme = { ...client, scope: ['a'], profile: { email: 'mail' } }
    const config = { providers: { acme }, returnToOrigins: ['https://a.example'], keep: { keepOnLogout: ['lang'] } }
    const settings = resolve(config)
    acme.scope.push('b')
    acme.profile.email = 'other'
    config.returnToOrigins.push('https://evil.example')
    const { provider } = settings.registrations.get('acme') ?? {}
    expect(provider).toMatchObject({ scope: ['a'], profile: { email: 'mail' } })
    expect(settings.returnToOrigins).toEqual(['https://a.example'])
    const parts = [
      settings,
      settings.baseUrls,
      settings.secrets,
      settings.returnToOrigins,
      settings.keep,
      settings.keep.keepOnLogout,
      settings.hooks,
      settings.outbound,
      provider,
      provider?.scope,
      provider?.profile,
      settings.registrations.get('acme')?.client,
    ]
    expect(parts.every(Object.isFrozen)).toBe(true)
    expect(Object.isFrozen(acme) || Object.isFrozen(catalogue.acme.profile)).toBe(false)
  })
})

describe('The base URL', () => {
  test('loses its last slash and keeps its path', () => {
    const baseUrl = ['https://App.example:443/', 'https://b.example/shop/', 'https://app.example']
    expect(resolve({ providers, baseUrl }).baseUrls).toEqual(['https://app.example', 'https://b.example/shop'])
  })

  test('may be plain http on this machine in development', () => {
    const baseUrl = ['http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:80', 'http://app.localhost']
    expect(resolve({ providers, baseUrl }).baseUrls).toEqual([
      'http://localhost:3000',
      'http://127.0.0.1:8080',
      'http://[::1]',
      'http://app.localhost',
    ])
  })

  test('comes from AUTH_BASE_URL, commas between, unless the code names it', () => {
    const env = { AUTH_BASE_URL: ' https://a.example, https://b.example ,' }
    expect(resolve({ providers }, { env }).baseUrls).toEqual(['https://a.example', 'https://b.example'])
    expect(resolve({ providers, baseUrl: 'https://c.example' }, { env }).baseUrls).toEqual(['https://c.example'])
    expect(resolveInProduction({ providers }).baseUrls).toEqual(['https://app.example'])
  })
})

describe('The secret', () => {
  const older = 'nR8vK2xQ6wTz4mYb1cLpJ9dHsG5fEaU7'

  test('may be followed by older ones, from the code or from AUTH_SECRET', () => {
    expect(resolve({ providers, secret: [secret, older] }).secrets).toEqual([secret, older])
    expect(resolve({ providers }, { env: { AUTH_SECRET: `${older}, ${secret}` } }).secrets).toEqual([older, secret])
    expect(resolve({ providers, secret }, { env: { AUTH_SECRET: older } }).secrets).toEqual([secret])
  })

  test('is random in development, with one line that says what follows from that', () => {
    const warn = jest.fn()
    const [first, second] = [1, 2].map(() => resolve({ providers }, { env: { AUTH_SECRET: '' }, warn }).secrets)
    expect(first).toEqual([expect.stringMatching(/^[\w-]{43}$/)])
    expect(second).not.toEqual(first)
    expect(warn.mock.calls).toEqual(
      Array(2).fill([
        'AUTH_SECRET is not set: a random secret is used, and every sign-in ends '
          + 'when this process does. Set AUTH_SECRET to what `openssl rand -base64 32` prints.',
      ]),
    )
  })

  test('causes no line when there is one, nor when the configuration is refused', () => {
    const warn = jest.fn()
    resolve({ providers }, { warn })
    refusal(() => resolve({ providers: {} }, { env: { AUTH_SECRET: '' }, warn }))
    expect(warn).not.toHaveBeenCalled()
  })

  test.each([secret, '0123456789abcdef'.repeat(2), 'correct horse battery staple, twice over'])('may be "%s"', (accepted) => {
    expect(resolve({ providers, secret: accepted }).secrets).toEqual([accepted])
  })
})

describe('Types', () => {
  test('help an editor to every form of providers', () => {
    const configs: AuthRouterConfig<{ tenant: string }, { store: object }>[] = [
      { providers: ['acme'] },
      { providers: { defaults: { pkce: true }, acme: {}, own: custom.oidc, forge: catalogue.forge } },
      { providers: { work: { provider: 'cloud', tenant: 'contoso' } } },
      { providers: async (slug, req) => Promise.resolve(slug === req.tenant ? { provider: 'acme' } : undefined) },
      { providers: () => undefined, session: { store: {} }, hooks: { onLogin: ({ req, user }) => req.tenant === user.provider } },
      // @ts-expect-error an option that is none
      { providers: [], baseURL: 'https://app.example' },
      // @ts-expect-error a word that is none
      { providers: [], errors: 'pages' },
      // @ts-expect-error the kind of an entry's option
      { providers: { acme: { scope: 'read' } } },
    ]
    expect(configs).toHaveLength(8)
  })

  test('carry the request and the session through', () => {
    const config: AuthRouterConfig<{ tenant: string }, { store: object }> = {
      providers: (slug, { tenant }) => ({ provider: slug + tenant }),
    }
    const { session, lookup } = resolveConfig(config, { catalogue, env: { AUTH_SECRET: secret }, warn: () => undefined })
    const typed: { store: object } | undefined = session
    expect(typed).toBeUndefined()
    expect(lookup?.('a', { tenant: 'b' })).toEqual({ provider: 'ab' })
  })
})

test('An error of a configuration keeps what it was caused by out of sight', () => {
  const cause = new Error('c4n4ry')
  const error = refusal(() =>
    resolve({
      providers: {
        own: {
          ...custom.oauth2,
          tokenEndpoint: () => {
            throw cause
          },
        },
      },
    }),
  )
  expect(error.cause).toBe(cause)
  expect(inspect(error) + JSON.stringify(error)).not.toContain('c4n4ry')
})

import { describe, expect, test } from '@jest/globals'
import { authorizationRequest } from '../../../../lib/protocols/authorizationRequest.js'
import type { LoginOptions } from '../../../../lib/types.js'
import { authRouter } from '../../../../middleware/index.js'
import { catalogue as known } from '../../../../providers/index.js'
import { contextFor } from '../../../support/context.js'
import { client, custom, resolve } from '../fixtures.js'

/** `offline: true` asks for a refresh token, in the words of the provider. */

function asked(entry: object, options: LoginOptions = {}): Record<string, string> {
  const { provider } = resolve({ providers: { own: entry } }).registrations.get('own') ?? {}
  return authorizationRequest(contextFor(provider ? { provider } : {}), options, { withNonce: true }).parameters
}

function warnings(providers: object): string[] {
  const heard: string[] = []
  resolve(
    { providers },
    {
      warn: (message) => {
        heard.push(message)
      },
    },
  )
  return heard
}

describe("An OpenID Connect entry of one's own", () => {
  test('asks for offline_access, with consent (OpenID Connect Core section 11)', () => {
    expect(asked({ ...custom.oidc, offline: true })).toMatchObject({ scope: 'openid profile email offline_access', prompt: 'consent' })
    expect(asked({ ...custom.oidc, offline: true, scope: ['openid'] })['scope']).toBe('openid offline_access')
    for (const offline of [undefined, false]) expect(asked({ ...custom.oidc, offline })).toMatchObject({ scope: 'openid profile email' })
    expect(asked(custom.oidc)).not.toHaveProperty('prompt')
  })

  test.each([
    ['none', 'none'],
    ['login', 'login consent'],
    ['select_account', 'select_account consent'],
    ['consent', 'consent'],
    ['login consent', 'login consent'],
    ['create', 'create'],
  ])('asks for prompt %s as %s', (prompt, together) => {
    expect(asked({ ...custom.oidc, offline: true }, { prompt })['prompt']).toBe(together)
    expect(asked({ ...custom.oidc, offline: true, authorizationParams: { prompt } })['prompt']).toBe(together)
    expect(asked(custom.oidc, { prompt })['prompt']).toBe(prompt)
  })

  test('may say itself how to ask', () => {
    const offlineAccess = { authorizationParams: { access_type: 'offline' } }
    const parameters = asked({ ...custom.oidc, offline: true, offlineAccess })
    expect(parameters).toMatchObject({ scope: 'openid profile email', access_type: 'offline' })
    expect(parameters).not.toHaveProperty('prompt')
    expect(asked({ ...custom.oidc, offline: true, refreshTokens: true })).not.toHaveProperty('prompt')
  })
})

test("An OAuth entry of one's own has no such scope unless it says so", () => {
  expect(asked({ ...custom.oauth2, offline: true })).not.toHaveProperty('scope')
})

describe('A provider that gives no refresh tokens', () => {
  test('is a warning where its entry asks for them', () => {
    expect(warnings({ acme: { ...client, refreshTokens: false, offline: true } })).toEqual([
      'providers.acme.offline asks for refresh tokens, and Acme gives none: leave it out.',
    ])
    expect(warnings({ old: { ...custom.oauth1, offline: true } })).toEqual([
      'providers.old.offline asks for refresh tokens, and the protocol oauth1 gives none: leave it out.',
    ])
  })

  test('is none where all entries ask for what they can get, or nobody asks', () => {
    expect(warnings({ defaults: { offline: true }, acme: { ...client, refreshTokens: false }, old: custom.oauth1 })).toEqual([])
    expect(
      warnings({
        acme: { ...client, refreshTokens: false },
        corp: { ...custom.oidc, offline: true },
        plain: { ...custom.oauth2, offline: true },
      }),
    ).toEqual([])
  })

  test('is known by the catalogue', () => {
    expect(known.github.refreshTokens).toBe(false)
    const heard: unknown[] = []
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      error: () => undefined,
      warn: (_event: object, message?: string) => {
        heard.push(message)
      },
    }
    authRouter({ secret: 'W3r9TqJxk0vB7mZsYh2LcNpGfD5aEuQ1', logger, providers: { github: { ...client, offline: true } } })
    expect(heard).toContain('providers.github.offline asks for refresh tokens, and GitHub gives none: leave it out.')
  })
})

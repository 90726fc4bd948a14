import { describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../../../lib/config/resolveConfig.js'
import type { AuthRouterConfig } from '../../../../lib/config/settings.js'
import { catalogue, client, custom, refusal, resolve, secret } from '../fixtures.js'

/** An entry that names its callback as other packages do learns what to register, and so does whoever starts an application. */

const names = ['callbackURL', 'callbackUrl', 'callback_url', 'redirectUri', 'redirectURI', 'redirect_uri', 'redirect_url']

describe.each(names)('%s in an entry', (name) => {
  const message = (entries: object, rest: object = {}): string => refusal(() => resolve({ providers: entries, ...rest })).message

  test('is answered with the exact address', () => {
    expect(
      message({ acme: { ...client, [name]: 'https://app.example/return' } }, { baseUrl: 'https://app.example/shop/', path: '/sign-in' }),
    ).toBe(
      `providers.acme.${name} is not an option: leave it out. The callback is https://app.example/shop/sign-in/acme/callback, which is what to register with the provider. Where another path is registered already, set callbackPath.`,
    )
    expect(message({ own: { ...custom.oidc, [name]: '/x' } }, { baseUrl: ['https://a.example', 'https://b.example'] })).toContain(
      'callback is https://a.example/auth/own/callback, https://b.example/auth/own/callback, which',
    )
  })

  test('is answered with its form where the address is not known', () => {
    expect(message({ acme: { [name]: '/x' } })).toContain('callback is <baseUrl>/auth/acme/callback, which')
    expect(message({ defaults: { [name]: '/x' }, acme: client })).toMatch(
      new RegExp(`^providers\\.defaults\\.${name} is not an option.* callback is <baseUrl>/auth/<slug>/callback, which`),
    )
  })
})

describe('The addresses to register', () => {
  function told(config: object, env: Record<string, string>): string[] {
    const lines: string[] = []
    resolveConfig({ secret, ...config } as AuthRouterConfig, {
      catalogue,
      env,
      warn: () => undefined,
      inform: (message) => {
        lines.push(message)
      },
    })
    return lines
  }
  const providers = { acme: client, corp: custom.oidc }

  test('are one line while an application is developed', () => {
    expect(told({ providers, baseUrl: 'http://localhost:3000' }, {})).toEqual([
      'Callback URLs, to be registered with the providers: http://localhost:3000/auth/acme/callback, http://localhost:3000/auth/corp/callback',
    ])
    expect(told({ providers }, { NODE_ENV: 'development', AUTH_BASE_URL: '' })).toEqual([
      'Callback URLs, to be registered with the providers: http://localhost:<port>/auth/acme/callback, http://localhost:<port>/auth/corp/callback',
    ])
  })

  test('are not told in production, in tests, nor where entries are looked up', () => {
    expect(told({ providers, baseUrl: 'https://app.example' }, { NODE_ENV: 'production' })).toEqual([])
    expect(told({ providers }, { NODE_ENV: 'test' })).toEqual([])
    expect(told({ providers: () => undefined }, {})).toEqual([])
  })
})

import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../../lib/config/resolveConfig.js'
import type { AuthRouterConfig } from '../../../lib/config/settings.js'
import { catalogue, custom, refusal, resolve, secret } from './fixtures.js'

/** What is missing is said all at once: one start and not one for each setting. */

const bare = (config: unknown, env: Record<string, string> = { NODE_ENV: 'production' }): string =>
  refusal(() => resolveConfig(config as AuthRouterConfig, { catalogue, env, warn: () => undefined })).message

describe('In production', () => {
  test('everything that is missing is one message, each with its option and its variable', () => {
    const message = bare({ providers: ['acme', 'cloud', 'chirp'] })
    expect(message.split('\n')).toEqual([
      '9 settings are missing:',
      expect.stringMatching(/^baseUrl is missing: .*AUTH_BASE_URL/),
      expect.stringMatching(/^secret is missing: .*AUTH_SECRET/),
      expect.stringMatching(/^providers\.acme\.clientId is missing: .*ACME_CLIENT_ID/),
      expect.stringMatching(/^providers\.acme\.clientSecret is missing: .*ACME_CLIENT_SECRET/),
      expect.stringMatching(/^providers\.cloud\.tenant is missing: .*CLOUD_TENANT/),
      expect.stringMatching(/^providers\.cloud\.clientId is missing: .*CLOUD_CLIENT_ID/),
      expect.stringMatching(/^providers\.cloud\.clientSecret is missing: .*CLOUD_CLIENT_SECRET/),
      expect.stringMatching(/^providers\.chirp\.clientId is missing: .*CHIRP_CLIENT_ID/),
      expect.stringMatching(/^providers\.chirp\.clientSecret is missing: .*CHIRP_CLIENT_SECRET/),
    ])
  })

  test('each is there once where the error is printed as it is', () => {
    const error = refusal(() =>
      resolveConfig({ providers: ['acme'] }, { catalogue, env: { NODE_ENV: 'production' }, warn: () => undefined }),
    )
    expect(inspect(error, { customInspect: false }).match(/ACME_CLIENT_ID/g)).toHaveLength(1)
  })

  test('one setting alone is a sentence by itself', () => {
    expect(bare({ secret, baseUrl: 'https://app.example', providers: { corp: { ...custom.oidc, clientSecret: undefined } } })).toBe(
      "providers.corp.clientSecret is missing: set it, or the environment variable CORP_CLIENT_SECRET; a public client, which has none, says clientAuth: 'none'.",
    )
  })
})

test("A provider of one's own lacks endpoints, id, secret and profile in one message", () => {
  const { message, code } = refusal(() => resolve({ providers: { own: { protocol: 'oauth2' } } }))
  expect(code).toBe('config_invalid')
  for (const option of ['authorizationEndpoint', 'tokenEndpoint', 'clientId', 'clientSecret', 'profile.id'])
    expect(message).toContain(`\nproviders.own.${option} is missing: set it`)
})

test('Without providers the rest is said too', () => {
  expect(bare({})).toMatch(/^3 settings are missing:\nbaseUrl is .*\nsecret is .*\nproviders is missing/)
})

test('What is wrong is said by itself', () => {
  expect(bare({ baseUrl: 'app.example', providers: ['acme'] })).toBe("baseUrl must be an absolute URL, such as 'https://id.example.com'.")
  expect(bare({ providers: { acme: { scope: 'read' }, chirp: {} } })).toMatch(/^providers\.acme\.scope must be a list/)
})

test('What an application adds later lacks its own settings only', () => {
  const { register } = resolve({ providers: { own: custom.oidc } })
  expect(refusal(() => register('acme', {})).message).toMatch(
    /^2 settings are missing:\nproviders\.acme\.clientId .*\nproviders\.acme\.clientSecret /,
  )
})

import { expect, test } from '@jest/globals'
import type { ProviderEntry } from '../../../../middleware/index.js'
import { resolveConfig } from '../../../../lib/config/resolveConfig.js'

function withRealm(realm: string, baseUrl: string | string[] = 'https://www.app.example/base'): void {
  const house: ProviderEntry = { protocol: 'openid2', identifier: 'https://op.example/', realm }
  resolveConfig(
    { secret: 'a secret of the tests, long enough to seal', baseUrl, providers: { house } },
    { catalogue: {}, env: {}, warn: () => undefined },
  )
}

test.each(['https://www.app.example/', 'https://*.app.example/', 'https://www.app.example/base/'])('the realm %s may be set', (realm) => {
  expect(() => {
    withRealm(realm)
  }).not.toThrow()
})

test.each([
  ['https://app.example/', 'must cover the callback, https://www.app.example/base/auth/house/callback'],
  ['http://www.app.example/', 'must cover the callback'],
  ['https://www.app.example:8443/', 'must cover the callback'],
  ['https://www.app.example/?x', 'must be an http or https URL'],
  ['https://*.com/', 'must be an http or https URL'],
  ['www.app.example', 'must be an http or https URL'],
])('the realm %s is refused', (realm, message) => {
  expect(() => {
    withRealm(realm)
  }).toThrow(`providers.house.realm ${message}`)
})

test('a realm has to cover the callbacks of all base URLs', () => {
  expect(() => {
    withRealm('https://www.app.example/', ['https://www.app.example', 'https://m.app.example'])
  }).toThrow('must cover the callback, https://m.app.example/auth/house/callback')
})

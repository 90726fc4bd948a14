import { expect, test } from '@jest/globals'
import { describeMistakes, type Mistake } from '../describeMistakes.js'
import { custom, resolve } from '../fixtures.js'

const entry =
  (options: object, env: Record<string, string> = {}) =>
  () =>
    resolve({ providers: { own: { ...custom.oauth2, ...options } } }, { env }).registrations.get('own')

test('dpop is an option of the entry, and of the environment', () => {
  expect(entry({ dpop: true })()?.provider.dpop).toBe(true)
  expect(entry({}, { OWN_DPOP: 'true' })()?.provider.dpop).toBe(true)
})

const placed = 'cannot be changed with dpop: such a token travels in the Authorization header. Leave it out.'

const mistakes: Mistake[] = [
  ['something else than true', entry({ dpop: 'yes' }), 'providers.own.dpop must be true or false.'],
  ['the token in the query', entry({ dpop: true, tokenPlacement: 'query' }), `providers.own.tokenPlacement ${placed}`],
  ['the token in another header', entry({ dpop: true, tokenHeader: 'x-token' }), `providers.own.tokenHeader ${placed}`],
  ['another scheme', entry({ dpop: true, tokenScheme: 'Token' }), `providers.own.tokenScheme ${placed}`],
  [
    'token requests by GET',
    entry({ dpop: true, tokenMethod: 'GET' }),
    "providers.own.tokenMethod must be 'POST' with dpop, or leave dpop out.",
  ],
  [
    'an exchange of access tokens',
    entry({ dpop: true, renewal: { grantType: 'x', parameter: 'y' } }),
    "providers.own.renewal must be 'standard' or 'none' with dpop: an exchange of access tokens knows no key.",
  ],
  [
    'OAuth 1.0a',
    () => resolve({ providers: { own: { ...custom.oauth1, dpop: true } } }),
    "providers.own.dpop is for the protocol 'oauth2' or 'oidc', not for 'oauth1': leave it out.",
  ],
]

describeMistakes('an entry with dpop', mistakes)

import { describe, expect, test } from '@jest/globals'
import type { Registration } from '../../../../lib/types.js'
import { custom, refusal, resolve, resolveInProduction } from '../fixtures.js'

const local = 'http://127.0.0.1:1'
const lookup = (): undefined => undefined
const given = (entry: object, production = true): Registration =>
  (production ? resolveInProduction : resolve)({ providers: lookup }).register('corp', entry as never)

describe('An entry that a lookup gives', () => {
  test.each([
    ['oidc', 'issuer'],
    ['oidc', 'discoveryEndpoint'],
    ['oidc', 'apiBaseUrl'],
    ['oauth2', 'tokenEndpoint'],
    ['oauth2', 'userinfoEndpoint'],
    ['oauth2', 'revocationEndpoint'],
    ['oauth1', 'requestTokenEndpoint'],
  ] as const)('of %s is refused in production for a loopback %s of plain http', (protocol, option) => {
    const error = refusal(() => given({ ...custom[protocol], [option]: `${local}/` }))
    expect(error).toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(`providers.corp.${option} must use https`) as unknown,
    })
  })

  test.each([
    ['extraRequests.emails', { extraRequests: { emails: `${local}/emails` } }],
    ['renewal.endpoint', { renewal: { grantType: 'a', parameter: 'b', endpoint: local } }],
    [
      'renewal.shortLived.endpoint',
      { renewal: { grantType: 'a', parameter: 'b', shortLived: { grantType: 'a', parameter: 'b', endpoint: local } } },
    ],
  ])('is refused for %s too', (option, options) => {
    expect(refusal(() => given({ ...custom.oauth2, ...options })).message).toContain(`providers.corp.${option} must use https`)
  })

  test('leads to public addresses only, and nowhere else by its own word', () => {
    expect(given(custom.oidc).reach).toBe('public')
    expect(given(custom.oidc, false).reach).toBe('public')
    expect(given({ ...custom.oidc, issuer: local }, false).reach).toBeUndefined()
    expect(refusal(() => given({ ...custom.oidc, reach: 'private' })).message).toContain('providers.corp.reach is not an option')
  })
})

test('An entry of the configuration leads where the developer wrote', () => {
  const { registrations } = resolveInProduction({ providers: { corp: { ...custom.oidc, issuer: 'https://10.0.0.1' } } })
  expect(registrations.get('corp')).not.toHaveProperty('reach')
})

describe('At start', () => {
  const warnings = (config: object, env = {}): string[] => {
    const told: string[] = []
    resolve(config, {
      env: { AUTH_BASE_URL: 'https://app.example', ...env },
      warn: (message) => {
        told.push(message)
      },
    })
    return told
  }
  const production = { NODE_ENV: 'production' }

  test('one warning names the entries that use plain http in production', () => {
    const providers = { corp: { ...custom.oidc, issuer: local }, plain: { ...custom.oauth2, tokenEndpoint: local }, far: custom.oidc }
    expect(warnings({ providers }, production)).toEqual([
      expect.stringContaining('for providers.corp.issuer, providers.plain.tokenEndpoint: use https'),
    ])
    expect(warnings({ providers })).toEqual([])
    expect(warnings({ providers: { far: custom.oidc } }, production)).toEqual([])
  })

  test.each([
    ['http.fetch', { fetch: globalThis.fetch }],
    ['http.dispatcher', { dispatcher: { dispatch: () => true } }],
  ])('one warning says that %s has to filter addresses where providers is a function', (name, http) => {
    expect(warnings({ providers: lookup, http })).toEqual([expect.stringContaining(`connections are those of ${name}`)])
    expect(warnings({ providers: { corp: custom.oidc }, http })).toEqual([])
  })
})

describe('http.privateHosts', () => {
  test.each([['id.internal'], ['localhost'], ['10.0.0.1'], ['::1']])('takes %s', (host) => {
    expect(resolve({ providers: { corp: custom.oidc }, http: { privateHosts: [host] } }).outbound.privateHosts).toEqual([host])
  })

  test.each([['https://id.internal'], ['id.internal:8443'], ['*.internal'], ['10.0.0.0/8'], ['[::1]'], [''], [42]])(
    'does not take %j',
    (host) => {
      expect(refusal(() => resolve({ providers: { corp: custom.oidc }, http: { privateHosts: [host] } }))).toMatchObject({
        code: 'config_invalid',
        message: expect.stringContaining('http.privateHosts[0]') as unknown,
      })
    },
  )
})

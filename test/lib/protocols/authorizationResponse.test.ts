import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { authorizationCode } from '../../../lib/protocols/authorizationResponse.js'

const issuer = 'https://id.example/path'
const source = { slug: 'invented', secrets: ['canary-of-the-client'] }
const read = (parameters: Record<string, string>, required = false): string => authorizationCode(parameters, { issuer, required }, source)
const thrownBy = (...given: Parameters<typeof read>): unknown => {
  try {
    return read(...given)
  } catch (error) {
    return error
  }
}

test('A code is given as it came', () => {
  expect(read({ code: 'a+b/c=%20 ü' })).toBe('a+b/c=%20 ü')
  expect(read({ code: 'x'.repeat(4096), iss: issuer, state: 's' }, true)).toHaveLength(4096)
})

test.each<[string, Record<string, string>]>([
  ['absent', {}],
  ['empty', { code: '' }],
  ['too long', { code: 'x'.repeat(4097) }],
])('A code that is %s is a bad request', (_what, parameters) => {
  expect(thrownBy(parameters)).toMatchObject({ code: 'bad_request', provider: 'invented' })
})

describe('The issuer (RFC 9207)', () => {
  test.each([
    'https://id.example/path/',
    'https://ID.example/path',
    'https://id.example:443/path',
    'http://id.example/path',
    'https://id.example/Path',
    'https://id.example/p%61th',
    ' https://id.example/path',
    '',
    'https://evil.example',
  ])('%j is another one', (iss) => {
    expect(thrownBy({ code: 'c', iss })).toMatchObject({ code: 'issuer_mismatch' })
  })

  test('has to be there where the provider says that it always is', () => {
    expect(thrownBy({ code: 'c' }, true)).toMatchObject({ code: 'issuer_missing' })
    expect(thrownBy({ error: 'access_denied' }, true)).toMatchObject({ code: 'issuer_missing' })
  })

  test('cannot be compared where none is known', () => {
    expect(authorizationCode({ code: 'c', iss: 'https://any.example' }, { issuer: undefined, required: false }, source)).toBe('c')
  })
})

describe('The order is issuer, error, code', () => {
  test('an error of another issuer is not believed', () => {
    expect(thrownBy({ error: 'access_denied', iss: 'https://evil.example' })).toMatchObject({ code: 'issuer_mismatch' })
  })

  test('an error wins over a code, also an empty one', () => {
    expect(thrownBy({ error: 'server_error', code: 'c' })).toMatchObject({ code: 'provider_error', providerError: 'server_error' })
    expect(thrownBy({ error: '', code: 'c' })).toMatchObject({ code: 'provider_error' })
  })
})

test.each([
  'access_denied',
  'user_cancelled_login',
  'user_cancelled_authorize',
  'user_denied',
  'consent_required',
  'Access_Denied',
  'ACCESS_DENIED',
])('%s means that the person said no', (error) => {
  expect(thrownBy({ error })).toMatchObject({ code: 'access_denied', status: 403, providerError: error })
})

test.each(['invalid_request', 'interaction_required', 'login_required', 'temporarily_unavailable', 'not_access_denied', 'vendor.code-7'])(
  '%s is an error of the provider',
  (error) => {
    expect(thrownBy({ error })).toMatchObject({ code: 'provider_error', providerError: error })
  },
)

test.each([
  'access_denied ',
  'something new',
  '',
  '<b>',
  'a"b',
  'a\\b',
  'a\r\nb',
  'a\u0000',
  'ünder',
  '\u202eabc',
  'y'.repeat(65),
  'x-canary-of-the-client-x',
  'canary-of-the-clien',
  'Y2FuYXJ5LW9mLXRoZS1jbGllbnQ',
])('%j is an error of the provider that is not repeated', (error) => {
  const thrown = thrownBy({ error, error_description: 'canary', error_uri: 'https://canary.example' })
  expect(thrown).toMatchObject({ code: 'provider_error', providerError: undefined })
  expect(JSON.stringify(thrown) + String(thrown) + inspect(thrown)).not.toMatch(/canary|Y2FuYXJ5/)
})

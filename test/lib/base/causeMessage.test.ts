import { expect, test } from '@jest/globals'
import { causeMessage } from '../../../lib/base/causeMessage.js'
import { AuthError } from '../../../lib/base/errors.js'

const of = (cause: unknown): string | undefined =>
  causeMessage(new AuthError('provider_bad_response', 'The provider could not be reached.', { cause }))

test.each([
  [
    'a refused connection',
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address: '127.0.0.1', port: 9 }),
    'ECONNREFUSED 127.0.0.1:9',
  ],
  [
    'a refused connection over IPv6',
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address: '::1', port: 9 }),
    'ECONNREFUSED [::1]:9',
  ],
  [
    'an unknown host',
    Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND', hostname: 'nosuch.example' }),
    'ENOTFOUND nosuch.example',
  ],
  [
    'both addresses of a host refused',
    Object.assign(new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address: '::1', port: 9 })]), {
      code: 'ECONNREFUSED',
    }),
    'ECONNREFUSED [::1]:9',
  ],
  [
    'one below another',
    new TypeError('fetch failed', { cause: Object.assign(new Error('slow'), { code: 'UND_ERR_CONNECT_TIMEOUT' }) }),
    'UND_ERR_CONNECT_TIMEOUT',
  ],
  [
    'an expired certificate',
    Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' }),
    'CERT_HAS_EXPIRED: certificate has expired',
  ],
  [
    'a code of openid-client',
    Object.assign(new Error('unexpected "iss"'), { name: 'ClientError', code: 'OAUTH_INVALID_RESPONSE' }),
    'OAUTH_INVALID_RESPONSE: unexpected "iss"',
  ],
  [
    'a mistake of an application',
    new TypeError("Cannot read properties of undefined (reading 'id')"),
    "TypeError: Cannot read properties of undefined (reading 'id')",
  ],
  ['a text that was thrown', 'no such tenant', 'no such tenant'],
  ['text that is no JSON', new SyntaxError('Unexpected token, "CANARY" is not valid JSON'), 'SyntaxError'],
  ['nothing', undefined, undefined],
  ['a number', 42, undefined],
])('%s is told in one line', (_what, cause, line) => {
  expect(of(cause)).toBe(line)
})

test.each([
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
  '0123456789abcdef0123456789abcdef',
  'gho_16C7e42F292c6912E7710c838347Ae178B4a',
  'c2VjcmV0c2VjcmV0c2VjcmV0+/==',
  'ada@example.com',
  'https://id.example/token?code=short',
])('%s in the message of a cause is masked', (secret) => {
  expect(of(new Error(`before ${secret} after`))).toMatch(/^Error: before \S*\[masked\] after$/)
})

test('a long message of many lines is one line of two hundred characters', () => {
  const line = of(new Error('one \n two\r\n\u2028'.repeat(500)))
  expect(line).toHaveLength(200)
  expect(line).not.toMatch(/[\r\n\u2028]/)
})

test('a cause that cannot be read, or that is its own cause, keeps nothing from being told', () => {
  const ring = new Error('round')
  ring.cause = ring
  expect(of(ring)).toBe('Error: round')
  expect(
    of({
      get cause() {
        throw new Error('no')
      },
    }),
  ).toBeUndefined()
})

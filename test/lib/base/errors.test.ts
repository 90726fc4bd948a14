import { inspect } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { asAuthError, AuthError, errorStatus, type AuthErrorCode } from '../../../lib/base/errors.js'

/** The table of section 10 of the public face. */
const table: Record<number, string> = {
  400:
    'bad_request state_missing state_unknown state_mismatch state_expired state_used provider_mismatch issuer_mismatch issuer_missing '
    + 'nonce_mismatch idtoken_invalid assertion_invalid return_to_mismatch user_mismatch discovery_failed provider_error',
  401: 'login_required reauth_required credentials_unreadable credentials_gone not_linked',
  403: 'access_denied csrf login_refused forbidden proxy_denied',
  404: 'unknown_provider',
  405: 'method_not_allowed',
  409: 'link_conflict last_method',
  413: 'too_large',
  500: 'hook_failed config_invalid host_not_allowed path_escape',
  502: 'provider_bad_response',
  503: 'store_unavailable',
  504: 'provider_timeout',
}

test('Every code has the status that the public face gives it, and there is no other', () => {
  const expected = Object.entries(table).flatMap(([status, codes]) => codes.split(' ').map((code) => [code, Number(status)] as const))
  expect(Object.entries(errorStatus).sort()).toEqual([...expected].sort())
  for (const [code, status] of expected) expect(new AuthError(code as AuthErrorCode, 'x').status).toBe(status)
})

describe('An error', () => {
  const cause = Object.assign(new Error('canary of the cause'), { token: 'canary of the token', cause: { deep: 'canary below' } })
  const error = new AuthError('provider_error', 'Shown to a person.', {
    provider: 'invented',
    providerError: 'invalid_grant',
    reason: 'a reason',
    cause,
  })

  test("is an Error with code, status, provider and the provider's own code", () => {
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'AuthError',
      message: 'Shown to a person.',
      code: 'provider_error',
      status: 400,
      provider: 'invented',
      providerError: 'invalid_grant',
      reason: 'a reason',
    })
    expect(error.cause).toBe(cause)
  })

  test('answers a request with no more than code, message, provider and whether to try again', () => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      error: 'provider_error',
      message: 'Shown to a person.',
      provider: 'invented',
      retry: true,
    })
    expect(JSON.parse(JSON.stringify(new AuthError('config_invalid', 'x')))).toEqual({
      error: 'config_invalid',
      message: 'x',
      retry: false,
    })
  })

  test.each([
    ['inspect', () => inspect(error, { depth: 9, showHidden: false })],
    ['inspect inside of something', () => inspect({ list: [error] }, { depth: 9 })],
    ['JSON', () => JSON.stringify({ error })],
    ['text', () => String(error)],
    ['a template', () => `${error}`],
    ['its stack', () => String(error.stack)],
    ['what is spread', () => JSON.stringify({ ...error })],
    ['its keys', () => JSON.stringify(Object.entries(error))],
    ['the cause of another', () => inspect(new AuthError('hook_failed', 'outer', { cause: error }))],
    ['an assignment', () => JSON.stringify(Object.assign({}, error))],
  ])('shows nothing of its cause in %s', (_where, print) => {
    expect(print()).not.toContain('canary')
  })

  test('keeps the trace for logs and out of its stack', () => {
    expect(error.stack).toBe('AuthError: Shown to a person.')
    expect(inspect(error)).toContain('errors.test')
    expect(Object.keys(error)).not.toContain('trace')
  })
})

test('Whatever was thrown becomes an error with a safe message, and an AuthError stays as it is', () => {
  const own = new AuthError('csrf', 'own')
  expect(asAuthError(own, 'hook_failed', 'other')).toBe(own)
  for (const thrown of [new Error('canary'), 'canary', undefined, null, { canary: 1 }]) {
    const made = asAuthError(thrown, 'hook_failed', 'safe', 'invented')
    expect(made).toMatchObject({ code: 'hook_failed', message: 'safe', provider: 'invented' })
    expect(inspect(made)).not.toContain('canary')
    expect(made.cause).toBe(thrown)
  }
})

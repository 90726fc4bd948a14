import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { AuthError } from '../../../lib/base/errors.js'
import { createLog, failureEvent, hookFailed, type LogEvent } from '../../../middleware/core/logging.js'

let warned: string[]
let failed: string[]

beforeEach(() => {
  warned = []
  failed = []
  jest.spyOn(console, 'warn').mockImplementation((line: string) => {
    warned.push(line)
  })
  jest.spyOn(console, 'error').mockImplementation((line: string) => {
    failed.push(line)
  })
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
  jest.restoreAllMocks()
})

const unreachable = new AuthError('provider_timeout', 'The provider could not be reached.', {
  provider: 'corp',
  reason: 'token_endpoint',
  cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address: '127.0.0.1', port: 1 }),
})

test('A failure is one line with its code, provider, message and what lies underneath', () => {
  createLog(undefined)('error', failureEvent('login_failed', unreachable))
  expect(failed).toEqual([
    'authrouter: login_failed provider_timeout provider=corp reason=token_endpoint: The provider could not be reached. Cause: ECONNREFUSED 127.0.0.1:1',
  ])
  expect(warned).toEqual([])
})

test('Warnings go to the console as well, what goes well does not', () => {
  const log = createLog(undefined)
  log('warn', { event: 'return_to_refused', message: 'A returnTo that is not allowed was ignored.' })
  log('info', { event: 'login', provider: 'corp' })
  log('debug', { event: 'anything' })
  expect(warned).toEqual(['authrouter: return_to_refused: A returnTo that is not allowed was ignored.'])
  expect(failed).toEqual([])
})

test('A line stays one line, however its parts were made', () => {
  createLog(undefined)('warn', {
    event: 'login_failed',
    providerError: 'a\r\nauthrouter: forged\u2028line\u001b[31m',
    message: 'x'.repeat(5_000),
  })
  expect(warned).toHaveLength(1)
  expect(warned[0]).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
  expect(warned[0]?.length).toBeLessThan(1_100)
})

test('Of one code at most ten lines a second are written, and then how many were left out', () => {
  const log = createLog(undefined)
  const unknown = failureEvent('login_failed', new AuthError('state_unknown', 'This sign-in was not started in this browser.'))
  for (let time = 0; time < 1_000; time++) log('warn', unknown)
  log('error', failureEvent('login_failed', unreachable))
  expect(warned).toHaveLength(10)
  expect(failed).toHaveLength(1)
  jest.advanceTimersByTime(1_000)
  expect(warned.slice(10)).toEqual(['authrouter: state_unknown: 990 more were left out.'])
  log('warn', unknown)
  expect(warned).toHaveLength(12)
  jest.advanceTimersByTime(60_000)
  expect(warned).toHaveLength(12)
})

test('A logger of the application is given all events, with a text beside each', () => {
  const calls: [string, LogEvent, string | undefined][] = []
  const at = (level: string) => (event: object, message?: string) => {
    calls.push([level, event as LogEvent, message])
  }
  const log = createLog({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') })
  log('info', { event: 'login', provider: 'corp', code: undefined })
  log('error', failureEvent('login_failed', unreachable))
  expect(calls).toEqual([
    ['info', { event: 'login', provider: 'corp' }, 'login provider=corp'],
    [
      'error',
      {
        event: 'login_failed',
        provider: 'corp',
        code: 'provider_timeout',
        status: 504,
        reason: 'token_endpoint',
        message: 'The provider could not be reached.',
        cause: 'ECONNREFUSED 127.0.0.1:1',
      },
      'login_failed provider_timeout provider=corp reason=token_endpoint: The provider could not be reached. Cause: ECONNREFUSED 127.0.0.1:1',
    ],
  ])
  expect([...warned, ...failed]).toEqual([])
})

test('Without a logger nothing is written', () => {
  createLog(false)('error', failureEvent('login_failed', unreachable))
  expect([...warned, ...failed]).toEqual([])
})

test('A logger that fails, at once or later, is passed over', async () => {
  const throwing = (): never => {
    throw new Error('The disk is full')
  }
  const rejecting = (): Promise<never> => Promise.reject(new Error('The disk is full'))
  const log = createLog({ debug: throwing, info: throwing, warn: throwing, error: rejecting as never })
  log('warn', { event: 'login_failed' })
  log('error', { event: 'login_failed' })
  await Promise.resolve()
})

test('A function of the application that fails is named, with its own error underneath', () => {
  expect(hookFailed('onLogout', new TypeError('no such table: carts'), 'corp')).toEqual({
    event: 'hook_failed',
    provider: 'corp',
    code: 'hook_failed',
    status: 500,
    reason: 'onLogout',
    providerError: undefined,
    message: "The application's function onLogout failed.",
    cause: 'TypeError: no such table: carts',
  })
})

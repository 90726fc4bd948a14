import { describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../../../lib/config/resolveConfig.js'
import type { AuthRouterConfig } from '../../../../lib/config/settings.js'
import { catalogue, client, custom, refusal, resolve, secret } from '../fixtures.js'

/** Where an entry may have its callback. */

const message = (providers: object, rest: object = {}): string => refusal(() => resolve({ providers, ...rest })).message
const taken = "it is a route of authrouter's own. Choose another, or leave it out."
const spelling = "must be a path in its one spelling, without query: letters, digits, - . _ ~ and /, like '/login/return'."

describe('A path', () => {
  test.each([
    '/return',
    '/login/return/',
    '/auth/callback/acme',
    '/auth/acme/callback',
    '/auth/acme/return',
    '/auth-x',
    '/authors/acme/callback',
  ])('%s may be that of a callback', (callbackPath) => {
    expect(resolve({ providers: { acme: { ...client, callbackPath } } }).registrations.get('acme')).toMatchObject({ callbackPath })
  })

  test.each([
    ...['return', '/', '', '//return', '/a//b', '/a/./b', '/../a', '/a/..', '/a?b', '/a#b', '/a%2fb', '/a\\b', '/a b', '/ä', '/a/:slug'],
    'https://app.example/return',
    '//evil.example/return',
  ])('%j may not', (callbackPath) => {
    expect(message({ acme: { ...client, callbackPath } })).toMatch(
      callbackPath === '' ? /^providers\.acme\.callbackPath must not be empty/ : `providers.acme.callbackPath ${spelling}`,
    )
  })

  test.each([
    '/auth',
    '/auth/',
    '/auth/acme',
    '/auth/session',
    '/auth/client.js',
    '/auth/other/callback',
    '/auth/acme/link',
    '/auth/acme/xrds',
  ])('%s is taken', (callbackPath) => {
    expect(message({ acme: { ...client, callbackPath } })).toBe(`providers.acme.callbackPath cannot be ${callbackPath}: ${taken}`)
  })

  test('is taken below the prefix that is configured', () => {
    expect(message({ acme: { ...client, callbackPath: '/sign-in/api/callback' } }, { path: '/sign-in' })).toContain(taken)
    expect(message({ acme: { ...client, callbackPath: '/sign-in/acme/api/x' } }, { path: '/sign-in' })).toContain(taken)
    expect(resolve({ providers: { acme: { ...client, callbackPath: '/auth/session' } }, path: '/sign-in' }).registrations.size).toBe(1)
  })
})

test('Two entries cannot have one, nor all of them', () => {
  const callbackPath = '/return'
  expect(message({ acme: { ...client, callbackPath }, own: { ...custom.oidc, callbackPath } })).toBe(
    'providers.own.callbackPath is that of providers.acme too: each entry needs a path of its own.',
  )
  expect(message({ defaults: { callbackPath }, acme: client })).toBe(
    'providers.defaults.callbackPath cannot be the same for all entries: give it to one of them.',
  )
})

test('An entry that is looked up has none', () => {
  const { register } = resolve({ providers: () => undefined })
  expect(refusal(() => register('own', { ...custom.oidc, callbackPath: '/return' })).message).toBe(
    'providers.own.callbackPath is for entries that are configured: what providers(slug, req) finds is found by its slug. Leave it out.',
  )
})

test('It may come from the environment, and is among the addresses to register', () => {
  const lines: string[] = []
  resolveConfig({ secret, baseUrl: 'https://app.example/shop', providers: { acme: client, own: custom.oidc } } as AuthRouterConfig, {
    catalogue,
    env: { ACME_CALLBACK_PATH: '/login/acme/return' },
    warn: () => undefined,
    inform: (line) => {
      lines.push(line)
    },
  })
  expect(lines).toEqual([
    'Callback URLs, to be registered with the providers: https://app.example/shop/login/acme/return, https://app.example/shop/auth/own/callback',
  ])
})

import { describe, expect, jest, test } from '@jest/globals'
import { resolveConfig } from '../../../../lib/config/resolveConfig.js'
import type { Settings } from '../../../../lib/config/settings.js'
import { memoryTokenStore } from '../../../../lib/stores/memory.js'

const providers = {
  acme: {
    protocol: 'oauth2',
    authorizationEndpoint: 'https://id.example/a',
    tokenEndpoint: 'https://id.example/t',
    profile: { id: 'id' },
    clientId: 'a',
    clientSecret: 'b',
  },
}
const warn = jest.fn<(message: string) => void>()

function resolve(options: Record<string, unknown>): Settings {
  return resolveConfig({ providers, secret: 'a secret that is long enough to seal with', ...options } as never, {
    catalogue: {},
    env: {},
    warn,
  })
}

function mistake(options: Record<string, unknown>): string {
  try {
    resolve(options)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('accepted')
}

describe('Where tokens live', () => {
  test('a token store is taken as it is', () => {
    const tokenStore = memoryTokenStore()
    expect(resolve({ tokenStore }).tokenStore).toBe(tokenStore)
    expect(warn).not.toHaveBeenCalled()
  })

  test('a store without locks is for one process, and a line says so', () => {
    const { get, set, delete: remove } = memoryTokenStore()
    resolve({ tokenStore: { get, set, delete: remove } })
    expect(warn).toHaveBeenCalledWith(
      'tokenStore has no function lock, so it is safe for one process only: two could refresh the same tokens at once.',
    )
  })

  test.each<[string, Record<string, unknown>, string]>([
    [
      'a client in the place of a store',
      { tokenStore: { sendCommand: () => undefined } },
      'tokenStore must be a token store with the functions get, set and delete: memoryTokenStore(), redisTokenStore(client) and the like of authrouter/stores.',
    ],
    [
      'fetchToken alone',
      { fetchToken: () => undefined },
      "fetchToken needs hooks.onTokens beside it: one reads the application's own table of tokens, the other writes it.",
    ],
    [
      'fetchToken beside a store without locks',
      {
        fetchToken: () => undefined,
        hooks: { onTokens: () => undefined },
        tokenStore: { get: () => undefined, set: () => undefined, delete: () => undefined },
      },
      'tokenStore beside fetchToken serves for its locks only, and this one has no function lock.',
    ],
    ['revokeOnLogout as a word', { revokeOnLogout: 'yes' }, 'revokeOnLogout must be true or false.'],
  ])('%s is refused', (_what, options, message) => {
    expect(mistake(options)).toContain(message)
  })
})

describe('When sessions end', () => {
  test('is taken as it is said', () => {
    expect(resolve({ remember: { ifAsked: 3600 }, expiry: { idle: 60, rolling: true } })).toMatchObject({
      remember: { ifAsked: 3600 },
      expiry: { idle: 60, absolute: undefined, rolling: true },
    })
  })

  test.each<[string, Record<string, unknown>, string]>([
    [
      'rolling without remember',
      { expiry: { rolling: true } },
      'expiry.rolling needs remember: it is that time which begins anew with every visit.',
    ],
    ['an idle time of zero', { expiry: { idle: 0 } }, 'expiry.idle must be a whole number of seconds above 0, or false.'],
    ['an unknown kind of end', { expiry: { idel: 60 } }, 'expiry.idel is not an option'],
    [
      'ifAsked false',
      { remember: { ifAsked: false } },
      'remember must be a whole number of seconds above 0, { ifAsked: seconds }, or false.',
    ],
    [
      'remember with another member',
      { remember: { seconds: 5 } },
      'remember must be a whole number of seconds above 0, { ifAsked: seconds }, or false.',
    ],
  ])('%s is refused', (_what, options, message) => {
    expect(mistake(options)).toContain(message)
  })
})

import { expect, test } from '@jest/globals'
import type { Client } from '../../../../lib/types.js'
import { client, custom, ecKey, refusal, resolve, rsaKey } from '../fixtures.js'

const clientOf = (entry: object, env: Record<string, string> = {}): Client | undefined =>
  resolve({ providers: { corp: entry } }, { env }).registrations.get('corp')?.client

test('The name of a key goes with the key, from the code or from the environment', () => {
  expect(clientOf({ ...custom.oidc, privateKey: ecKey, keyId: 'key-1' })).toEqual({ ...client, privateKey: ecKey, keyId: 'key-1' })
  expect(clientOf({ ...custom.oidc, privateKey: ecKey }, { CORP_KEY_ID: 'key-2' })).toMatchObject({ keyId: 'key-2' })
  expect(
    resolve({ providers: { corp: { ...custom.oidc, privateKey: ecKey, keyId: 'key-1' } } }).registrations.get('corp')?.provider,
  ).not.toHaveProperty('keyId')
})

test.each<[string, object, string]>([
  ['without a key', { ...custom.oidc, keyId: 'key-1' }, 'providers.corp.privateKey is missing'],
  [
    'for OAuth 1.0a, whose signatures name none',
    { ...custom.oauth1, privateKey: rsaKey, keyId: 'key-1' },
    "providers.corp.keyId is for the protocol 'oauth2' or 'oidc'",
  ],
  [
    'with white space around it',
    { ...custom.oidc, privateKey: ecKey, keyId: ' key-1' },
    'providers.corp.keyId must not begin or end with white space',
  ],
])('A name of a key %s is refused', (_what, entry, message) => {
  expect(refusal(() => clientOf(entry))).toMatchObject({ code: 'config_invalid', message: expect.stringContaining(message) as unknown })
})

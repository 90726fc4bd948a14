import { expect, test } from '@jest/globals'
import type { Client } from '../../../lib/model/client.js'
import type { ResolvedProvider } from '../../../lib/model/provider.js'
import { outlivesKey } from '../../../middleware/tokens/keepRefreshToken.js'

/** Which refresh tokens a later login of the account, under a new key, can go on with (RFC 9449 section 5). */

const bound = { accessToken: 'a', tokenType: 'DPoP', refreshToken: 'r', dpopKey: 'k' }
const party = (entry: Partial<ResolvedProvider>, client: Partial<Client>): Parameters<typeof outlivesKey>[0] => ({
  provider: { protocol: 'oidc', scope: [], ...entry } as ResolvedProvider,
  client: { clientId: 'app', ...client } as Client,
})

test.each<[what: string, entry: Partial<ResolvedProvider>, client: Partial<Client>, isGood: boolean]>([
  ['a public client', {}, {}, false],
  ['one that is public in so many words', { clientAuth: 'none' }, { clientSecret: 's' }, false],
  ['a secret', {}, { clientSecret: 's' }, true],
  ['a certificate', { clientAuth: 'tls' }, {}, true],
])('the refresh token of %s', (_what, entry, client, isGood) => {
  expect(outlivesKey(party(entry, client), bound)).toBe(isGood)
  expect(outlivesKey(party(entry, client), { ...bound, dpopKey: undefined } as never)).toBe(true)
})

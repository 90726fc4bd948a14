import { expect, test } from '@jest/globals'
import type { ApiClient } from '../../../lib/client/apiClient.js'
import { createCredentials } from '../../../lib/client/credentials.js'
import type { ClientContext } from '../../../lib/refresh/refresher.js'
import { lateClient } from '../../../middleware/router/lateClient.js'

test('a client that is looked for later says of its credentials all that others say', async () => {
  const tokens = { accessToken: 'a', tokenType: 'Bearer', scope: 'read', authorizationDetails: [{ type: 'payment' }] }
  const credentials = createCredentials({ slug: 'corp', provider: { protocol: 'oauth2' }, now: () => 0 } as unknown as ClientContext, {
    source: { current: () => tokens, save: () => Promise.resolve() },
  })
  const found = { credentials, request: () => Promise.resolve({ status: 200 }) } as unknown as ApiClient
  const late = lateClient('corp', () => Promise.resolve(found))
  await late.get('things')
  expect(late.credentials.authorizationDetails).toEqual([{ type: 'payment' }])
  for (const name of Object.keys(credentials) as (keyof typeof credentials)[]) expect(late.credentials[name]).toEqual(credentials[name])
})

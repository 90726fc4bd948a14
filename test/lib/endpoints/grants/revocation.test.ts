import { expect, test } from '@jest/globals'
import { revokeTokens } from '../../../../lib/endpoints/revocation.js'
import { contextFor } from '../../../support/context.js'
import { sendJson, startServer } from '../../../support/unitServer.js'

test('Access tokens for other resources are revoked with those of the account, unless they have ended', async () => {
  const server = await startServer((_request, res) => {
    sendJson(res, {})
  })
  const now = 1_800_000_000
  const context = contextFor({ now: () => now * 1000, provider: { revocationEndpoint: `${server.origin}/revoke` } })
  const token = (accessToken: string, expiresAt: number): { accessToken: string; tokenType: string; expiresAt: number } => ({
    accessToken,
    tokenType: 'Bearer',
    expiresAt,
  })
  await revokeTokens(context, {
    ...token('own', now + 60),
    refreshToken: 'refresh',
    byResource: { a: token('files', now + 60), b: token('ended', now - 60), c: token('mail', now + 60) },
  })
  expect(server.received.map(({ body }) => new URLSearchParams(body).get('token'))).toEqual(['refresh', 'own', 'files', 'mail'])
  await server.close()
})

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import { authRouter } from '../../../middleware/index.js'

test('close ends the connections to providers that are kept, of the client of the application itself too', async () => {
  const sockets: Socket[] = []
  const server = createServer((req, res) => {
    req.resume().on('end', () => {
      res.setHeader('content-type', 'application/json')
      res.end('{"access_token":"a","token_type":"bearer","expires_in":3600}')
    })
  })
  server.on('connection', (socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const auth = authRouter({
    secret: 'a secret of the tests, long enough to seal',
    baseUrl: 'https://app.example',
    logger: false,
    providers: {
      plain: {
        protocol: 'oauth2',
        clientId: 'a',
        clientSecret: 'b',
        authorizationEndpoint: `${origin}/authorize`,
        tokenEndpoint: `${origin}/token`,
        apiBaseUrl: `${origin}/api/`,
        profile: { id: 'id' },
      },
    },
  })
  const client = auth.client('plain', { grant: 'client_credentials' })
  for (let call = 0; call < 5; call++) await client.get(`${origin}/api/things`)
  expect(sockets).toHaveLength(1)
  await auth.close()
  while (sockets.some(({ destroyed }) => !destroyed)) await new Promise((resolve) => setTimeout(resolve, 5))
  server.close()
})

import { request, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createBrowser } from '../support/browser.js'
import { listen, type SignedRequest } from '../support/hosts.js'
import { startThreeProtocols, twoModes, type ThreeProtocols } from '../support/threeProtocols.js'

/** The router run by hand on an upgrade request, as docs/front-ends.md does for WebSockets. */

let protocols: ThreeProtocols
beforeAll(async () => {
  protocols = await startThreeProtocols()
})
afterAll(async () => {
  await protocols.close()
})

interface Handshake {
  status: number | undefined
  body: string
}

function shakeHands(url: string, cookies: Map<string, string>): Promise<Handshake> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return new Promise((resolve, reject) => {
    request(url, { headers: { connection: 'Upgrade', upgrade: 'websocket', ...(cookie === '' ? {} : { cookie }) } })
      .on('upgrade', ({ statusCode: status }, socket, head) => {
        let body = String(head)
        socket
          .on('data', (chunk) => {
            body += String(chunk)
          })
          .on('end', () => {
            socket.end()
            resolve({ status, body })
          })
      })
      .on('response', (response) => {
        response.resume()
        resolve({ status: response.statusCode, body: '' })
      })
      .on('error', reject)
      .end()
  })
}

describe.each(twoModes)('An upgrade request, with %s', (_name, mode) => {
  test('knows the user, whose client works and refreshes without a response', async () => {
    const { options, before } = mode()
    const app = await protocols.serve({ options, before })
    const live = await listen((_req, res) => res.end())
    live.server.on('upgrade', (req, socket) => {
      const res = new ServerResponse(req)
      const [run, then] = [...before, app.auth] as ((...call: unknown[]) => void)[]
      const greet = (): void => {
        const { authUser, oauthClient } = req as SignedRequest
        if (!authUser) {
          socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
          return
        }
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
        void oauthClient.credentials
          .refresh({ force: true })
          .then(() => oauthClient.get('me'))
          .then(
            ({ status }) => socket.end(`${authUser.name} ${String(status)}`),
            (error: unknown) => socket.end(String(error)),
          )
      }
      run?.(
        req,
        res,
        then
          ? () => {
              then(req, res, greet)
            }
          : greet,
      )
    })
    try {
      const browser = createBrowser()
      await browser.go(`${app.url}/auth/plain`)
      const cookies = browser.cookies(new URL(app.url).host)

      expect(await shakeHands(live.url, cookies)).toEqual({ status: 101, body: 'Ada Example 200' })
      expect(await shakeHands(live.url, new Map())).toEqual({ status: 401, body: '' })
      expect((await browser.json<{ name: string }>(`${app.url}/me`)).data.name).toBe('Ada Example')

      await browser.go(`${app.url}/auth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } })
      expect(await shakeHands(live.url, cookies)).toEqual({ status: 401, body: '' })
    } finally {
      await live.close()
      await app.close()
    }
  })
})

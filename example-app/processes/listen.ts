import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Express } from 'express'

/** An application that is listening. */
export interface Listening {
  port: number
  /** Takes no new connections, and resolves when the requests under way have been answered: after at most eight seconds. */
  close: () => Promise<void>
}

const answerTimeout = 8_000
const closingPause = 50

/** Listens on this machine only: users who sign in without a password are nothing for a network. */
export async function listen(app: Express, port: number): Promise<Listening> {
  let underWay = 0
  const server = createServer((req, res) => {
    underWay++
    res.once('close', () => underWay--)
    // Says which process answered, so that one can see that it is a different one each time.
    res.setHeader('X-Worker', String(process.pid))
    app(req, res)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    // A server that listens at a port has an address of this shape.
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      const end = Date.now() + answerTimeout
      do {
        // What was sent before the server stopped listening may still be on its way.
        await pause(closingPause)
        server.closeIdleConnections()
      } while (underWay > 0 && Date.now() < end)
      // Browsers keep connections open on which they have never asked anything.
      server.closeAllConnections()
      await closed
    },
  }
}

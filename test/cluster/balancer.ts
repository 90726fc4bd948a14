import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One address in front of several processes: each request goes to the next one. */
export interface Balancer {
  url: string
  sendTo: (targets: readonly string[]) => void
  close: () => Promise<void>
}

export async function startBalancer(): Promise<Balancer> {
  let targets: readonly string[] = []
  let turn = 0

  const pass = (req: IncomingMessage, res: ServerResponse, body: Buffer, index: number, attempts: number): void => {
    const target = targets[index % targets.length] ?? ''
    const outgoing = request(target + (req.url ?? '/'), { method: req.method, headers: req.headers, agent: false }, (incoming) => {
      res.writeHead(incoming.statusCode ?? 502, incoming.rawHeaders)
      incoming.pipe(res)
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // Nobody took it, so another one can. What was taken by a process that died may have been done, and is the browser's to repeat.
      if (error.code === 'ECONNREFUSED' && attempts > 1) pass(req, res, body, index + 1, attempts - 1)
      else if (res.headersSent) res.destroy()
      else res.writeHead(502).end()
    })
    outgoing.end(body)
  }
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      pass(req, res, Buffer.concat(chunks), turn++, targets.length)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    // A server that listens at a port has an address of this shape.
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    sendTo: (next) => {
      targets = next
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Authority } from './certificates.js'

/** A request as a server that asks for certificates saw it. */
export interface SeenByTls {
  door: string
  path: string
  /** Whose certificate was shown, by its common name. */
  peer: string | undefined
  authorized: boolean
  form: Record<string, string>
  authorization: string | undefined
  /** Of DPoP. */
  proof: string | undefined
}

export interface TlsDoor {
  url: string
  /** Handshakes so far. */
  handshakes: () => number
  close: () => Promise<void>
}

/** What a door answers: status 200 unless it says another. */
export type TlsAnswer = (asked: {
  path: string
  query: URLSearchParams
  form: Record<string, string>
  proof: string | undefined
}) => TlsAnswered | Promise<TlsAnswered>
interface TlsAnswered {
  body: unknown
  status?: number
  headers?: Record<string, string>
}

/** A server of https that asks whoever comes for a certificate, unless it is to be told nothing, and lets everybody in. */
export async function openTlsDoor(
  name: string,
  authority: Authority,
  seen: SeenByTls[],
  answer: TlsAnswer,
  { asks = true } = {},
): Promise<TlsDoor> {
  const asking = asks ? { ca: authority.cert, requestCert: true, rejectUnauthorized: false } : {}
  const server = createServer({ ...authority.issue(`The server ${name}`), ...asking }, (req, res) => {
    void (async () => {
      const parts: Buffer[] = []
      for await (const part of req as AsyncIterable<Buffer>) parts.push(part)
      if (!(req.socket instanceof TLSSocket)) throw new Error('not a secure connection')
      const { socket } = req
      // The certificate of a client that shows none is an empty object, or null.
      const peer = (socket.getPeerCertificate() as { subject?: { CN?: string } } | null)?.subject?.CN
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()))
      const [path = '', query] = (req.url ?? '').split('?')
      const { authorization, dpop } = req.headers
      const proof = typeof dpop === 'string' ? dpop : undefined
      seen.push({ door: name, path, peer, authorized: socket.authorized, form, authorization, proof })
      const { body, status = 200, headers = {} } = await answer({ path, query: new URLSearchParams(query), form, proof })
      res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    })()
  })
  let handshakes = 0
  server.on('secureConnection', () => {
    handshakes++
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    handshakes: () => handshakes,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * What a program prints as JSON, with a context of a client of these parts. It is a process of its own: whom it trusts is read at its start.
 */
export async function runTlsClient(authority: Authority, lines: string, parts: { provider: object; client: object }): Promise<unknown> {
  const program = `
    import { createHttp } from './lib/http/http.ts'
    import { callback } from './lib/callback.ts'
    import { login } from './lib/login.ts'
    import { createApiClient } from './lib/client/apiClient.ts'
    import { introspect } from './lib/endpoints/introspection.ts'
    import { loadProtocol } from './lib/protocols/index.ts'
    import { revokeTokens } from './lib/endpoints/revocation.ts'
    import { createRefresher } from './lib/refresh/refresher.ts'
    const { provider, client } = JSON.parse(process.env.PARTS)
    const outbound = { timeout: 5000, maxBytes: 100000 }
    const context = {
      slug: 'corp', redirectUri: 'https://app.example/cb', provider: { title: 'Corp', scope: [], clientAuth: 'tls', ...provider }, client,
      outbound, ...createHttp(outbound), now: Date.now, refresher: createRefresher(),
    }
    const protocol = await loadProtocol(provider)
    const result = await (async () => { ${lines} })().catch((error) => ({ code: error.code }))
    console.log(JSON.stringify(result))
    process.exit(0)
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: authority.file, PARTS: JSON.stringify(parts) },
  })
  return JSON.parse(stdout) as unknown
}

import { Agent as HttpAgent, type ClientRequest } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Connections } from '../model/http.js'
import type { AddressFilter } from './publicAddress.js'

/** Milliseconds to connect in, with TLS. */
const connectTimeout = 3_000
/** Milliseconds that a connection is kept for the next request; less where the server announces less. Load balancers close after a minute. */
const idleTimeout = 45_000
/** Connections to one origin with one certificate; further requests wait for one of them. */
const maxSockets = 256
/** Connections that are kept, of all origins. */
const maxIdle = 256

/**
 * Makes the connections of one router to its providers: kept for the next request to the same origin with the same certificate, whichever
 * library makes it.
 * @param filter where they may go; everywhere unless given
 */
export function createConnections(filter?: AddressFilter): Connections {
  const idle = new Set<Duplex>()
  let closed = false

  function keeping(agent: HttpAgent, connected: 'connect' | 'secureConnect'): HttpAgent {
    const add = (agent as unknown as { addRequest: (request: ClientRequest, ...options: unknown[]) => void }).addRequest.bind(agent)
    const create = agent.createConnection.bind(agent)
    const keep = agent.keepSocketAlive.bind(agent) as unknown as (socket: Duplex) => boolean
    const reuse = agent.reuseSocket.bind(agent)
    return Object.assign(agent, {
      createConnection(...[options, callback]: Parameters<HttpAgent['createConnection']>) {
        try {
          filter?.checkLiteral((options.host ?? '').replace(/^\[|\]$/g, ''))
        } catch (error) {
          callback?.(error as Error, undefined as unknown as Duplex)
          return undefined
        }
        const socket = create(filter ? { ...options, lookup: filter.lookup } : options)
        if (!socket) return socket
        const timer = setTimeout(() => {
          socket.destroy(Object.assign(new Error('The time to connect is over'), { code: connectTimeoutCode }))
        }, connectTimeout)
        socket.once(connected, () => {
          clearTimeout(timer)
        })
        socket.once('close', () => {
          clearTimeout(timer)
          idle.delete(socket)
        })
        return socket
      },
      // The server may have closed an idle connection, or have sent what nobody asked for, and nobody have looked. After the second turn
      // everything has been read that had arrived by now, and such connections are gone.
      addRequest(...asked: Parameters<typeof add>) {
        if (idle.size === 0) {
          add(...asked)
          return
        }
        setImmediate(() => setImmediate(add, ...asked))
      },
      keepSocketAlive(socket: Duplex) {
        if (closed || !keep(socket)) return false
        const [longest] = idle.add(socket)
        // It would be taken for the answer to the next request, which may be another user's (RFC 9112 section 6.3).
        socket.once('data', destroyThis)
        if (idle.size > maxIdle) longest?.destroy()
        return true
      },
      reuseSocket(socket: Duplex, request: ClientRequest) {
        idle.delete(socket)
        socket.removeListener('data', destroyThis)
        reuse(socket, request)
      },
    })
  }

  const options = { keepAlive: true, timeout: idleTimeout, maxSockets, maxFreeSockets: maxIdle }
  const agents = { http: keeping(new HttpAgent(options), 'connect'), https: keeping(new HttpsAgent(options), 'secureConnect') }
  return {
    agentFor: (url) => (url.startsWith('https:') ? agents.https : agents.http),
    isUnsent: (request, error) => request.reusedSocket && isRefusedWrite(error),
    close() {
      closed = true
      for (const socket of idle) socket.destroy()
    },
  }
}

function destroyThis(this: Duplex): void {
  this.destroy()
}

/**
 * Waits until the connection of a request whose answer has been read is there for the next one: over TLS an answer can be read before the
 * system has said that the request was written, and the next request would open another connection.
 */
export async function released(request: ClientRequest): Promise<void> {
  for (let turn = 0; turn < 3 && !request.closed; turn++) await new Promise(setImmediate)
}

const connectTimeoutCode = 'ERR_CONNECT_TIMEOUT'

/** Whether it was the time to connect that was over. */
export function isConnectTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === connectTimeoutCode || error.code === 'UND_ERR_CONNECT_TIMEOUT')
}

// The system did not take the rest of the request, so that the server never had the whole of it.
function isRefusedWrite(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'write'
}

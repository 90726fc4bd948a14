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
  const unsent = new WeakSet<ClientRequest>()
  let closed = false

  function keeping(agent: HttpAgent, connected: 'connect' | 'secureConnect'): HttpAgent {
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
      keepSocketAlive(socket: Duplex) {
        if (closed || !keep(socket)) return false
        const [longest] = idle.add(socket)
        if (idle.size > maxIdle) longest?.destroy()
        return true
      },
      reuseSocket(socket: Duplex, request: ClientRequest) {
        reuse(socket, request)
        idle.delete(socket)
        // The server may have closed it, and nobody have looked. After the second turn everything has been read that had arrived by now.
        unsent.add(request)
        socket.cork()
        setImmediate(() => {
          setImmediate(() => {
            if (socket.destroyed) return
            unsent.delete(request)
            socket.uncork()
          })
        })
      },
    })
  }

  const options = { keepAlive: true, timeout: idleTimeout, maxSockets, maxFreeSockets: maxIdle }
  const agents = { http: keeping(new HttpAgent(options), 'connect'), https: keeping(new HttpsAgent(options), 'secureConnect') }
  return {
    agentFor: (url) => (url.startsWith('https:') ? agents.https : agents.http),
    isUnsent: (request, error) => request.reusedSocket && (unsent.has(request) || isRefusedWrite(error)),
    close() {
      closed = true
      for (const socket of idle) socket.destroy()
    },
  }
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

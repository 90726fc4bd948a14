import { startBalancer } from './balancer.js'
import { startExampleServer, type Ended, type ExampleServer } from './exampleServer.js'

/** The example application on several processes that share one storage. */
export interface Installation {
  /** Where browsers reach it. */
  url: string
  /** How many processes answer. */
  size: number
  /** Where the processes themselves listen. */
  addresses: string[]
  /** Whether a process that dies is replaced. */
  isReplaced: boolean
  /** Asks what still runs to stop; how each of them ended. */
  stop: () => Promise<Ended[]>
  close: () => Promise<void>
  output: () => string
}

type Settings = Record<string, string>

/** Four workers of `node:cluster` at one port. */
export async function startCluster(settings: Settings): Promise<Installation> {
  const server = await startExampleServer({ ...settings, WORKERS: '4' })
  return { url: server.url, size: 4, addresses: [server.url], isReplaced: true, ...endings([server]) }
}

/** Two processes that know nothing of each other, behind a balancer. */
export async function startTwo(settings: Settings): Promise<Installation> {
  const balancer = await startBalancer()
  const start = (): Promise<ExampleServer> => startExampleServer({ ...settings, AUTH_BASE_URL: balancer.url })
  // At once, so that both find an empty database.
  const servers = await Promise.all([start(), start()])
  const addresses = servers.map(({ url }) => url)
  balancer.sendTo(addresses)
  const { stop, close, output } = endings(servers)
  return {
    url: balancer.url,
    size: 2,
    addresses,
    isReplaced: false,
    stop,
    output,
    async close() {
      await close()
      await balancer.close()
    },
  }
}

function endings(servers: readonly ExampleServer[]): Pick<Installation, 'stop' | 'close' | 'output'> {
  const stop = (): Promise<Ended[]> => Promise.all(servers.filter((server) => !server.hasEnded()).map((server) => server.stop()))
  return {
    stop,
    close: async () => {
      await stop()
    },
    output: () => servers.map((server) => server.output()).join('\n'),
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { obeyOrders } from '../support/obeyOrders.js'
import { createGates } from './gates.js'
import type { Order, Site } from './orders.js'
import { runSite, type RunningSite } from './site.js'
import { openStores, type Faults, type Stores } from './stores.js'

/** A process under attack: it serves one site at a time, and does what its parent says. */

const problems: string[] = []
process.on('unhandledRejection', (reason) => {
  problems.push(`unhandled rejection: ${String(reason)}`)
})
process.on('uncaughtException', (error) => {
  problems.push(`uncaught exception: ${String(error.stack)}`)
})

const faults: Faults = { tokens: undefined, sessions: undefined }
let gates = createGates()
let running: RunningSite | undefined
let stores: Stores | undefined
let site: Site | undefined

const clock = Date.now.bind(Date)
let ahead = 0
Date.now = () => clock() + ahead

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'run': {
      const former = running
      const formerStores = stores
      // What a test runs a second time is the same application after a restart, on the stores that it has.
      const isRestart = site?.prefix === order.site.prefix && site.session === order.site.session && site.tokens === order.site.tokens
      site = order.site
      faults.tokens = undefined
      faults.sessions = undefined
      faults.beforeCall = undefined
      faults.beforeWrite = undefined
      ahead = 0
      gates = createGates()
      if (!isRestart) stores = await openStores(order.site, faults)
      if (!stores) throw new Error('There are no stores')
      running = runSite(order.site, stores, gates)
      await Promise.all(former?.routers.map((router) => router.close()) ?? [])
      if (!isRestart) await formerStores?.close()
      return undefined
    }
    case 'fail':
      faults[order.store] = order.fault && { fault: order.fault, operations: order.operations, times: order.times }
      if (order.store === 'sessions') stores?.sessions?.emit(order.fault === 'is away' ? 'disconnect' : 'connect')
      return undefined
    case 'hold call': {
      let calls = 0
      faults.beforeCall = async () => {
        if (calls++ === order.number) await gates.pass('store')
      }
      return undefined
    }
    case 'hold write':
      faults.beforeWrite = () => {
        faults.beforeWrite = undefined
        return gates.pass('store')
      }
      return undefined
    case 'held':
      return gates.held(order.gate)
    case 'open':
      return gates.open(order.gate)
    case 'logoutEverywhere':
      return running?.routers[0]?.logoutEverywhere(order.key)
    case 'settle':
      await Promise.all(running?.routers.map((router) => router.close()) ?? [])
      return undefined
    case 'call sealed':
      return running?.routers[0]
        ?.client(order.slug, order.sealed)
        .get('things')
        .then(({ status }) => status)
    case 'call as the application':
      return running?.routers[0]
        ?.client(order.slug, { grant: 'client_credentials' })
        .get('things')
        .then(({ status }) => status)
    case 'pass time':
      ahead += order.milliseconds
      return undefined
    case 'entries':
      if (running) running.entries = order.entries
      return undefined
    case 'heap':
      gc()
      return process.memoryUsage().heapUsed
    case 'cpu': {
      const { user, system } = process.cpuUsage()
      return user + system
    }
    case 'problems':
      return problems.splice(0)
    case 'records':
      return stores?.records()
  }
}

function gc(): void {
  const collect = (globalThis as { gc?: () => void }).gc
  if (!collect) throw new Error('This process was not started with --expose-gc')
  collect()
  collect()
}

const server = createServer((req: IncomingMessage, res: ServerResponse) => {
  if (running) running.app(req, res)
  else res.writeHead(404).end()
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  obeyOrders(obey, { port: (server.address() as AddressInfo).port })
})

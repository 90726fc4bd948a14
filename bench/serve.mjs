// One application of apps/ in a process of its own, which tells what it has used: node bench/serve.mjs <application> [mode] <issuer>
import { createServer } from 'node:http'

const [application, issuer] = [process.argv[2], process.argv.at(-1)]
const [name, mode, providers] = application.split(' ')

const server = createServer()
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', async () => {
  const origin = `http://127.0.0.1:${server.address().port}`
  const { default: makeApp } = await import(`./apps/${name}.mjs`)
  server.on('request', await makeApp({ origin, issuer, mode, ...(providers ? { providers: Number(providers) } : {}) }))
  process.send({ origin })
})

// An orderly end, so that `--cpu-prof` profiles this process too.
process.once('disconnect', () => process.exit())

/** A collection that finds nothing takes as long as the heap is large: it is the price of measuring, and taken off. */
process.on('message', () => {
  globalThis.gc()
  const collected = usedSoFar()
  globalThis.gc()
  const again = usedSoFar()
  process.send({ begin: again, end: collected - (again - collected), heap: process.memoryUsage().heapUsed })
})

/** CPU of this process in microseconds. */
function usedSoFar() {
  const { user, system } = process.cpuUsage()
  return user + system
}

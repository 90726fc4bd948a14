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

process.on('message', (asked) => {
  if (asked === 'cpu') return process.send({ cpu: usedSoFar() })
  globalThis.gc()
  process.send({ heap: process.memoryUsage().heapUsed })
})

/** CPU of this process in microseconds. */
function usedSoFar() {
  const { user, system } = process.cpuUsage()
  return user + system
}

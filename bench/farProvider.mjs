// The provider of the bench as far away as one of the internet: TLS, and a round trip of 20 ms. node bench/farProvider.mjs <folder>
import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { startProvider } from './provider.mjs'

/** Milliseconds that what is sent takes each way. */
const oneWay = 10

const folder = process.argv[2]
let connections = 0

/** What comes goes on later, in its order. The first of a connection waits for the three packets of TCP that begin it, which loopback has at once. */
function delayed(from, to, firstAt) {
  const send = (run) => setTimeout(run, Math.max(oneWay, firstAt - performance.now()))
  from.on('data', (chunk) => send(() => to.write(chunk)))
  from.on('end', () => send(() => to.end()))
  from.on('error', () => to.destroy())
  from.on('close', () => send(() => to.destroy()))
}

async function front(port) {
  const proxy = createServer((near) => {
    connections++
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) socket.setNoDelay(true)
    delayed(near, far, performance.now() + 3 * oneWay)
    delayed(far, near, 0)
  })
  await new Promise((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  return proxy.address().port
}

const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)))
const { issuer } = await startProvider({ tls: { key, cert, front } })
process.once('disconnect', () => process.exit())
process.on('message', () => process.send({ connections }))
process.send({ issuer })

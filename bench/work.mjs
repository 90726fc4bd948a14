// Pieces of work, and what they cost.
import { newBrowser, protocolOf, signIn } from './processes.mjs'

/** CPU a piece of work in microseconds, throughput a second, how long one takes in milliseconds, and bytes that it leaves on the heap. */
export async function measure({ child, ...server }, count, run, concurrency = 8) {
  const before = await child.ask('figures')
  const times = []
  let left = count
  const began = performance.now()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) {
        const at = performance.now()
        await run(server, left)
        times.push(performance.now() - at)
      }
    }),
  )
  const wall = performance.now() - began
  const after = await child.ask('figures')
  times.sort((a, b) => a - b)
  return {
    cpu: (after.used - before.used) / count,
    rate: (count / wall) * 1000,
    p50: times[Math.floor(times.length / 2)],
    p99: times[Math.floor(times.length * 0.99)],
    heap: (after.heap - before.heap) / count,
  }
}

export async function signedInVisitors(server) {
  return await Promise.all(Array.from({ length: 50 }, () => signIn(server, protocolOf(server.name))))
}

/** A request of one of the server's visitors, of a stranger where it has none. */
export async function visitHome(server, index) {
  const browser = server.visitors.length > 0 ? server.visitors[index % server.visitors.length] : newBrowser(server)
  const { text } = await browser.visit('/')
  const expected = server.visitors.length > 0 ? 'Hello Ada Lovelace' : 'Hello stranger'
  if (text !== expected) throw new Error(`${server.name} answers "${text}" instead of "${expected}"`)
}

// Pieces of work, and what they cost.
import { newBrowser, protocolOf, signIn } from './processes.mjs'

/** The kinds of work, and how often each is done in a round. */
export const kinds = {
  anonymous: { title: 'A request of nobody who is signed in', count: 1500 },
  signedIn: { title: 'A request of somebody who is signed in', count: 1500 },
  start: { title: 'A login starts', count: 300 },
  oauth: { title: 'A whole login by OAuth 2.0', count: 150 },
  openid: { title: 'A whole login by OpenID Connect', count: 150 },
}

/**
 * Rounds of all servers in turn, of which each is the first one as often as any other; the first two rounds warm up and do not count.
 * @returns what the rounds measured, for each server
 */
export async function inTurn(servers, rounds, measureOne) {
  const measured = servers.map(() => [])
  for (let round = -2; round < rounds; round++) {
    for (let turn = 0; turn < servers.length; turn++) {
      const index = (turn + round + 2) % servers.length
      const figures = await measureOne(servers[index])
      if (round >= 0) measured[index].push(figures)
    }
  }
  return measured
}

/** CPU a piece of work in microseconds, throughput a second, and how long one takes in milliseconds. */
export async function measure({ child, ...server }, count, run, concurrency = 8) {
  const before = await child.ask('cpu')
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
  const after = await child.ask('cpu')
  times.sort((a, b) => a - b)
  return {
    cpu: (after.cpu - before.cpu) / count,
    rate: (count / wall) * 1000,
    p50: times[Math.floor(times.length / 2)],
    p99: times[Math.floor(times.length * 0.99)],
  }
}

/**
 * Bytes that a piece of work leaves on the heap. The collections of garbage before and after it are forced, and code is slower for a while
 * after one: so this is measured in a round of its own.
 */
export async function leftOnHeap(server, count, run, concurrency) {
  const before = await server.child.ask('heap')
  await measure(server, count, run, concurrency)
  const after = await server.child.ask('heap')
  return (after.heap - before.heap) / count
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

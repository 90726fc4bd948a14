// What authRouter adds to a request of the application's own: CPU of a server process with it and without it. Every variant is a
// process of its own; the load comes from this one, over connections that are kept. Rounds of the variants follow each other in turn,
// several sets of processes after each other, because two processes of one program can differ. Needs `npm run build`.
//
//   node bench/requests.mjs [rounds] [requests] [sets] [comparison ...]
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { browserHeaders, entriesFor, signIn, startProvider } from './provider.mjs'

/** Requests that are under way at a time. */
const connections = 16
const warmUp = 15_000
/** People who are signed in; their requests come in turn. */
const people = Number(process.env['PEOPLE'] ?? 100)
const secret = 'a secret of the bench, long enough to seal'

const comparisons = {
  anonymous: { title: 'nobody is signed in', baseline: 'bare', judged: 'anonymous', goal: 1.05 },
  session: { title: 'signed in, express-session', baseline: 'expressSession', judged: 'expressSessionRouter', goal: 1.1 },
  cookie: { title: 'signed in, sealed cookie, beside express-session alone', baseline: 'expressSession', judged: 'cookieRouter', goal: 1 },
}

if (process.argv[2] === 'serve') await serve(process.argv[3], process.argv[4])
else await compare(...process.argv.slice(2, 5).map(Number), ...process.argv.slice(5))

async function serve(variant, issuer) {
  const { default: express } = await import('express')
  const { default: session } = await import('express-session')
  const app = express()
  if (variant.startsWith('expressSession')) app.use(session({ secret, resave: false, saveUninitialized: false }))
  if (variant === 'anonymous' || variant.endsWith('Router')) {
    const { authRouter } = await import('../dist/middleware/index.js')
    app.use(authRouter({ secret, baseUrl: 'https://app.example', providers: entriesFor(issuer), logger: false }))
    app.get('/', (req, res) => {
      res.send(`Hello ${req.authUser?.name ?? 'stranger'}`)
    })
  } else {
    // What an application that signs people in by hand keeps of them.
    app.post('/user', express.json(), (req, res) => {
      req.session.user = req.body
      res.end()
    })
    app.get('/', (req, res) => {
      res.send(`Hello ${req.session?.user?.user.name ?? 'stranger'}`)
    })
  }
  const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
  server.keepAliveTimeout = 600_000
  let before
  // An orderly end, so that `node --cpu-prof bench/requests.mjs` profiles the servers too.
  process.once('disconnect', () => {
    process.exit()
  })
  process.on('message', (message) => {
    if (message === 'start') {
      globalThis.gc?.()
      before = process.cpuUsage()
      process.send({})
    } else {
      const { user, system } = process.cpuUsage(before)
      process.send({ used: user + system })
    }
  })
}

async function compare(rounds = 30, requests = 3_000, sets = 3, ...wanted) {
  const provider = await startProvider()
  const chosen = Object.entries(comparisons).filter(([name]) => wanted.length === 0 || wanted.includes(name))
  const variants = [...new Set(chosen.flatMap(([, { baseline, judged }]) => [baseline, judged]))]
  const used = Object.fromEntries(variants.map((variant) => [variant, []]))
  const ratios = Object.fromEntries(chosen.map(([name]) => [name, []]))
  try {
    for (let set = 0; set < sets; set++) await measureSet(provider, variants, rounds, requests, used)
  } finally {
    provider.close()
  }
  for (const variant of variants) console.log(`${variant.padEnd(22)} ${spread(used[variant], 1)} µs of CPU a request`)
  for (const [name, { title, baseline, judged, goal }] of chosen) {
    ratios[name] = used[judged].map((value, round) => value / used[baseline][round])
    const perSet = Array.from({ length: sets }, (_set, index) =>
      median(ratios[name].slice(index * rounds, (index + 1) * rounds)).toFixed(3),
    )
    console.log(`${title}: ${spread(ratios[name], 3)} of ${baseline} (goal ${goal.toFixed(2)}; sets of processes: ${perSet.join(' ')})`)
  }
  console.log(
    `Node ${process.version}; median (first to third quartile) of ${sets} x ${rounds} rounds of ${requests} requests, ${connections} at a time, ${people} people`,
  )
}

async function measureSet(provider, variants, rounds, requests, used) {
  const servers = await Promise.all(variants.map((variant) => startServer(variant, provider)))
  try {
    // Until the compiler has done its work.
    for (const server of servers) await cpuOf(server, warmUp)
    for (let round = 0; round < rounds; round++) {
      // In turn, and each is the first one as often as any other.
      for (let index = 0; index < servers.length; index++) {
        const server = servers[(index + round) % servers.length]
        used[server.variant].push((await cpuOf(server, requests)) / requests)
      }
    }
  } finally {
    for (const { child, dispatcher } of servers) {
      child.disconnect()
      await dispatcher.destroy()
    }
  }
}

async function startServer(variant, provider) {
  const child = fork(fileURLToPath(import.meta.url), ['serve', variant, provider.issuer], {
    execArgv: ['--expose-gc', ...process.execArgv],
  })
  const { port } = await nextMessage(child)
  const dispatcher = new Agent({ connections, pipelining: 1 })
  const base = `http://127.0.0.1:${port}`
  const visitors = []
  for (let person = 0; person < people; person++) {
    const cookie = await cookieFor(variant, base, provider, dispatcher)
    visitors.push({ ...browserHeaders, ...(cookie ? { cookie } : {}) })
  }
  return { variant, child, dispatcher, base, visitors }
}

async function cookieFor(variant, base, provider, dispatcher) {
  if (variant.endsWith('Router')) return (await signIn(base, provider, 'openid', dispatcher)).cookie
  if (variant !== 'expressSession') return undefined
  const { headers, body } = await request(`${base}/user`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(handWritten(await tokensOf(provider))),
  })
  await body.dump()
  return headers['set-cookie'].split(';')[0]
}

/** What our own record holds of a person, kept by hand. */
function handWritten({ claims, tokens }) {
  const { sub, ...names } = claims
  return {
    user: { provider: 'openid', id: sub, key: `openid$${sub}`, ...names, roles: [], loggedInAt: '2026-01-01T00:00:00.000Z', raw: claims },
    tokens,
  }
}

async function tokensOf({ issuer, approve }) {
  const post = async (path, form) =>
    (await request(issuer + path, { method: 'POST', body: new URLSearchParams(form).toString() })).body.json()
  const asked = new URLSearchParams({ redirect_uri: 'https://app.example/', state: 'a', nonce: 'b'.repeat(43) })
  const code = new URL(approve(`${issuer}/?${asked}`), issuer).searchParams.get('code')
  const tokens = await post('/token', { code })
  return { tokens, claims: JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url').toString()) }
}

async function cpuOf({ child, dispatcher, base, visitors }, requests) {
  child.send('start')
  await nextMessage(child)
  let left = requests
  const visit = async () => {
    while (left-- > 0) {
      const { statusCode, body } = await request(base, { headers: visitors[(left + visitors.length) % visitors.length], dispatcher })
      await body.dump()
      if (statusCode !== 200) throw new Error(`The server answered ${statusCode}`)
    }
  }
  await Promise.all(Array.from({ length: connections }, visit))
  child.send('stop')
  return (await nextMessage(child)).used
}

function nextMessage(child) {
  return new Promise((resolve, reject) => {
    const onExit = () => {
      reject(new Error('A server of the bench has ended'))
    }
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.off('exit', onExit)
      resolve(message)
    })
  })
}

function spread(values, digits) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part) => sorted[Math.floor(part * (sorted.length - 1))].toFixed(digits)
  return `${at(0.5)} (${at(0.25)} to ${at(0.75)})`
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

// What is kept where for one signed-in person, in bytes, and how often each store is called for a login, a request, a renewal and a
// sign-out: an OpenID Connect login with access, refresh and ID tokens of about a kilobyte each. Needs `npm run build`.
import express from 'express'
import session from 'express-session'
import { request } from 'undici'
import { authRouter } from '../dist/middleware/index.js'
import { memoryTokenStore } from '../dist/lib/stores/index.js'
import { browserHeaders, entriesFor, signIn, startProvider } from './provider.mjs'

const secret = 'a secret of the bench, long enough to seal'
const provider = await startProvider()
const kept = []
const calls = []
for (const sessionStore of [false, true]) for (const tokenStore of [false, true]) await measure(sessionStore, tokenStore)
provider.close()
console.log('Bytes kept for one person; a cookie with its name')
console.table(kept)
console.log('Calls of the stores')
console.table(calls)

async function measure(withSessionStore, withTokenStore) {
  const mode = `${withSessionStore ? 'express-session' : 'sealed cookie'}${withTokenStore ? ' + token store' : ''}`
  const counter = new Map()
  const sessions = countedSessions(counter)
  const records = new Map()
  const tokens = countedTokens(counter, records)
  const app = express()
  if (withSessionStore) app.use(session({ secret, store: sessions, resave: false, saveUninitialized: false }))
  app.use(
    authRouter({
      secret,
      baseUrl: 'https://app.example',
      providers: entriesFor(provider.issuer),
      logger: false,
      ...(withTokenStore ? { tokenStore: tokens } : {}),
    }),
  )
  app.get('/', (req, res) => {
    res.send(req.authUser.name)
  })
  app.get('/renew', async (req, res) => {
    await req.oauthClient.credentials.refresh({ force: true })
    res.end()
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => {
    server.once('listening', resolve)
  })
  const base = `http://127.0.0.1:${server.address().port}`
  try {
    const { cookies, underWay } = await signIn(base, provider, 'openid')
    note(mode, 'login', counter)
    kept.push(...keptBy(mode, cookies, underWay, sessions, records))
    const headers = { ...browserHeaders, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
    await visit(`${base}/`, 'GET', headers)
    note(mode, 'request', counter)
    await visit(`${base}/renew`, 'GET', headers)
    // What nobody waits for is counted too.
    await settled()
    note(mode, 'renewal, with its request', counter)
    kept.push(...keptBy(`${mode}, refreshed once`, new Map(), new Map(), sessions, records))
    await visit(`${base}/auth/logout`, 'POST', { ...headers, 'sec-fetch-site': 'same-origin' })
    await settled()
    note(mode, 'sign-out', counter)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

async function visit(address, method, headers) {
  const { statusCode, body } = await request(address, { method, headers })
  await body.dump()
  if (statusCode >= 400) throw new Error(`${address}: ${statusCode}`)
}

async function settled() {
  await new Promise((resolve) => {
    setTimeout(resolve, 100)
  })
}

function keptBy(mode, cookies, underWay, sessions, records) {
  const inBrowser = (found) =>
    [...found].map(([name, value]) => ({
      mode,
      where: 'browser',
      what: name.replace(/(\.tx\.).*/, '$1...'),
      bytes: name.length + 1 + value.length,
    }))
  return [
    ...inBrowser(underWay),
    ...inBrowser(cookies),
    ...Object.entries(sessions.sessions).map(([sid, text]) => ({
      mode,
      where: 'session store',
      what: sid.startsWith('authrouter') ? 'refreshed tokens' : 'session',
      bytes: sid.length + text.length,
    })),
    ...[...records].map(([key, text]) => ({
      mode,
      where: 'token store',
      what: key.split(':').slice(2, 3).join(''),
      bytes: key.length + text.length,
    })),
  ]
}

function note(mode, action, counter) {
  calls.push({ mode, action, ...Object.fromEntries([...counter].map(([name, count]) => [name, count])) })
  counter.clear()
}

function countedSessions(counter) {
  const store = new session.MemoryStore()
  for (const name of ['get', 'set', 'touch', 'destroy']) {
    const call = store[name].bind(store)
    store[name] = (...values) => {
      count(counter, `session ${name}`)
      call(...values)
    }
  }
  return store
}

function countedTokens(counter, records) {
  const inner = memoryTokenStore()
  return {
    async get(key) {
      count(counter, 'token get')
      return inner.get(key)
    },
    async set(key, record, options) {
      count(counter, 'token set')
      const isWritten = await inner.set(key, record, options)
      if (isWritten) records.set(key, record)
      return isWritten
    },
    async delete(key) {
      count(counter, 'token delete')
      records.delete(key)
      return inner.delete(key)
    },
    async lock(key, ttl) {
      count(counter, 'token lock')
      const lock = await inner.lock(key, ttl)
      return (
        lock && {
          renew: (seconds) => lock.renew(seconds),
          release: () => {
            count(counter, 'token unlock')
            return lock.release()
          },
        }
      )
    },
    async take(key, ttl) {
      count(counter, 'token take')
      records.set(key, '')
      return inner.take(key, ttl)
    },
  }
}

function count(counter, name) {
  counter.set(name, (counter.get(name) ?? 0) + 1)
}

import express from 'express'
import session from 'express-session'
import { authRouter } from '../../middleware/index.js'
import { appUrl, directBrowser, type DirectBrowser } from '../sessions/directBrowser.js'
import { createLightProvider } from '../sessions/lightProvider.js'
import { obeyOrders } from './obeyOrders.js'

/** What is counted: a request of nobody, one of somebody, the start of a login; with authrouter, or without it. */
export interface AllocationOrder {
  work: 'anonymous' | 'signedIn' | 'start'
  application: 'bare' | 'expressSession' | 'cookie' | 'session'
}

const secret = 'a secret of the tests, long enough to encrypt with'
const warmUp = 3_000
const count = 2_000

function application(kind: AllocationOrder['application']): DirectBrowser {
  const provider = createLightProvider()
  const app = express()
  if (kind === 'expressSession' || kind === 'session') app.use(session({ secret, resave: false, saveUninitialized: false }))
  if (kind === 'cookie' || kind === 'session')
    app.use(
      authRouter({
        secret,
        baseUrl: appUrl,
        logger: false,
        providers: { light: provider.entry },
        http: { fetch: provider.fetch },
        remember: 1_000_000,
      }),
    )
  // What an application that signs users in by hand keeps of them.
  app.get('/sign-in', (req, res) => {
    Object.assign(req.session, {
      user: { id: 'ada', name: 'Name of ada', email: 'ada@people.example' },
      tokens: { access: 'a'.repeat(20) },
    })
    res.end()
  })
  app.get('/', (req, res) => {
    res.send('Hello')
  })
  return directBrowser(() => app, provider)
}

/** Bytes that one piece of work allocates: the program has been started with a young generation that never fills. */
async function allocated({ work, application: kind }: AllocationOrder): Promise<number> {
  const browser = application(kind)
  if (work === 'signedIn') await (kind === 'expressSession' ? browser.send('/sign-in') : browser.signIn())
  const once = async (): Promise<void> => {
    const { status } = await browser.send(work === 'start' ? '/auth/light' : '/')
    if (status !== (work === 'start' ? 302 : 200)) throw new Error(`answered with ${String(status)}`)
    if (work === 'start') browser.cookies.clear()
  }
  for (let index = 0; index < warmUp; index++) await once()
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < count; index++) await once()
  return (process.memoryUsage().heapUsed - before) / count
}

obeyOrders<AllocationOrder>(allocated)

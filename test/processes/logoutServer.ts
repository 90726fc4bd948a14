import session from 'express-session'
import { startLogoutSite } from '../support/logoutSite.js'
import { obeyOrders } from '../support/obeyOrders.js'
import type { SigningProvider } from '../support/signingProvider.js'
import { openStore, type StorePlace } from './openStore.js'

/** What a process is started with. */
export interface LogoutServerSettings {
  issuer: string
  tokens: StorePlace
  /** Where sessions are, if not in the encrypted cookie. */
  sessions?: string
}

/** An application of a process of its own; it says where it listens. */
async function serve({ issuer, tokens, sessions }: LogoutServerSettings): Promise<void> {
  const { store } = await openStore(tokens)
  const before = sessions === undefined ? [] : [await sessionsOn(sessions)]
  const { url } = await startLogoutSite({ issuer } as SigningProvider, { tokenStore: store }, { before: before as never })
  obeyOrders(() => Promise.resolve(url))
}

async function sessionsOn(url: string): Promise<unknown> {
  const [{ createClient }, { RedisStore }] = await Promise.all([import('redis'), import('connect-redis')])
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  return session({
    secret: 'a secret of the tests',
    resave: false,
    saveUninitialized: false,
    store: new RedisStore({ client }) as session.Store,
  })
}

await serve(JSON.parse(process.argv[2] ?? '') as LogoutServerSettings)

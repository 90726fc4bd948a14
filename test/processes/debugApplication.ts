import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import session, { MemoryStore } from 'express-session'
import { memoryTokenStore } from '../../lib/stores/index.js'
import { authRouter, type AuthRouterOptions, type ProviderEntry } from '../../middleware/index.js'
import { obeyOrders } from '../support/obeyOrders.js'

/** An application in a process of its own, without a framework, whose output is read. Its mode is the first argument. */

export interface DebugSettings {
  secret: string
  providers: Record<string, ProviderEntry>
}

const mode = process.argv[2] ?? ''

const modes: Record<string, (secret: string) => Partial<AuthRouterOptions>> = {
  'sealed cookie': () => ({}),
  'sealed cookie and token store': () => ({ tokenStore: memoryTokenStore() }),
  'mounted express-session': () => ({ session: { store: new MemoryStore() } }),
  'mounted express-session, all in it': () => ({ session: { store: new MemoryStore() }, transactions: 'session' }),
  'mounted express-session and token store': () => ({ session: { store: new MemoryStore() }, tokenStore: memoryTokenStore() }),
  "an express-session of the application's own": () => ({}),
}

type Handler = (req: IncomingMessage, res: ServerResponse) => void
let handle: Handler = () => undefined
const server = createServer((req, res) => {
  handle(req, res)
}).listen(0, '127.0.0.1', () => {
  obeyOrders(configure, { url: url() })
})

function url(): string {
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

async function configure({ secret, providers }: DebugSettings): Promise<void> {
  const auth = authRouter({ secret, providers, baseUrl: url(), ...modes[mode]?.(secret) })
  const pages: Handler = (req, res) => {
    auth(req, res, () => {
      page(req as never, res)
    })
  }
  const own = session({ secret, resave: true, saveUninitialized: false }) as unknown as (
    req: IncomingMessage,
    res: ServerResponse,
    next: () => void,
  ) => void
  handle = mode.startsWith('an ')
    ? (req, res) => {
        own(req, res, () => {
          pages(req, res)
        })
      }
    : pages
}

/** What must not be in any log: asked for by the test alone. */
function page({ oauthClient }: Express.Request, res: ServerResponse): void {
  const { credentials } = oauthClient
  oauthClient.get('projects').then(
    async ({ status }) => {
      const before = credentials.accessToken
      await credentials.refresh({ force: true }).catch(() => undefined)
      res.end(JSON.stringify({ status, secrets: [before, credentials.accessToken, credentials.seal()] }))
    },
    (error: unknown) => {
      res.writeHead(500).end(String(error))
    },
  )
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { authRouter, type AuthRouter, type AuthRouterOptions } from '../../middleware/index.js'
import type { OpenidProvider } from '../../testing/index.js'
import { entriesAt, testSecret } from './application.js'
import { hosts, listen, sendJson, type AppHandler } from './hosts.js'

/** Several routers behind one address, as several processes behind a balancer: they share nothing but their configuration. */
export interface Engines {
  url: string
  host: string
  routers: readonly AuthRouter[]
  /** Which of them answers the requests that come; in turn unless told. */
  answerWith: (index: number | 'in turn') => void
  close: () => Promise<void>
}

export async function startEngines(
  openid: OpenidProvider,
  options: Partial<AuthRouterOptions>,
  { count = 2, handlers = {} }: { count?: number; handlers?: Record<string, AppHandler> } = {},
): Promise<Engines> {
  let turn = 0
  let fixed: number | undefined
  const apps: ((req: IncomingMessage, res: ServerResponse) => void)[] = []
  const { url, close } = await listen((req, res) => {
    apps[(fixed ?? turn++) % count]?.(req, res)
  })
  const providers = entriesAt(openid, url)
  const routers = Array.from({ length: count }, () =>
    authRouter({ secret: testSecret, baseUrl: url, logger: false, providers, ...options }),
  )
  for (const router of routers) {
    apps.push(
      hosts['Express 5']({
        router,
        handlers: {
          '/me': (req, res) => {
            sendJson(res, req.authUser)
          },
          ...handlers,
        },
      }),
    )
  }
  return {
    url,
    host: new URL(url).host,
    routers,
    answerWith: (index) => {
      fixed = index === 'in turn' ? undefined : index
    },
    close: async () => {
      await Promise.all(routers.map((router) => router.close()))
      await close()
    },
  }
}

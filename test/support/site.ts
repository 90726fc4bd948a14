import type { IncomingMessage, ServerResponse } from 'node:http'
import { authRouter, type AuthRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from './application.js'
import { listen } from './hosts.js'

/** A running application of a test. */
export interface Site {
  url: string
  router: AuthRouter
  close: () => Promise<void>
}

/**
 * Starts an application whose options, such as what its clients registered as callbacks, may depend on where it is.
 * @param appOf puts the router into an application
 */
export async function startSite(
  optionsAt: (url: string) => AuthRouterOptions,
  appOf: (router: AuthRouter) => (req: IncomingMessage, res: ServerResponse) => unknown,
): Promise<Site> {
  let app: ReturnType<typeof appOf> = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
  })
  const router = authRouter({ secret: testSecret, baseUrl: url, logger: false, ...optionsAt(url) })
  app = appOf(router)
  return {
    url,
    router,
    close: async () => {
      await router.close()
      await close()
    },
  }
}

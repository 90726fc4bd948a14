import type { IncomingMessage, ServerResponse } from 'node:http'
import { authRouter, type AuthRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { createBrowser, type Browser, type Page } from '../support/browser.js'
import { hosts, listen, sendJson, type AppHandler, type AppParts } from '../support/hosts.js'
import type { StartedMode } from '../support/sessionModes.js'
import { createLightProvider, type LightProvider } from './lightProvider.js'

/** A running application with one kind of session, and a provider that needs no sockets. */
export interface LightApplication {
  url: string
  host: string
  provider: LightProvider
  /** The router that answers now. */
  router: () => AuthRouter
  /** Resolves when another request than those so far has come. */
  nextRequest: () => Promise<void>
  /** Another router and other middlewares on the same stores, as after a restart. */
  restart: (options?: Partial<AuthRouterOptions>) => Promise<void>
  /** Starts a login and visits the provider; gives the callback's address, which is still to be opened. */
  start: (browser: Browser, query?: string) => Promise<string>
  signIn: (browser: Browser, query?: string) => Promise<Page>
  signOut: (browser: Browser) => Promise<Page>
  /** The id of the signed-in person, or nothing. */
  me: (browser: Browser) => Promise<string | undefined>
  /** A browser with the same cookies. */
  copyOf: (browser: Browser) => Browser
  close: () => Promise<void>
}

const handlers: Record<string, AppHandler> = {
  '/me': (req, res) => {
    sendJson(res, req.authUser)
  },
  '/cart': (req, res) => {
    if (req.session) Object.assign(req.session, { cart: ['book'], csrfSecret: 'old', theme: 'dark' })
    sendJson(res, true)
  },
  '/session': (req, res) => {
    sendJson(res, req.session)
  },
  '/api': async (req, res) => {
    const { status, data } = await req.oauthClient.get('things')
    sendJson(res, { status, data })
  },
}

export interface LightParts {
  options?: Partial<AuthRouterOptions>
  /** Middlewares before those of the session, and after them. */
  around?: { before?: NonNullable<AppParts['before']>; after?: NonNullable<AppParts['before']> }
}

export async function startLightApplication(
  mode: Pick<StartedMode, 'before' | 'options'>,
  { options, around = {} }: LightParts = {},
): Promise<LightApplication> {
  let app: (req: IncomingMessage, res: ServerResponse) => void = () => undefined
  let came: () => void = () => undefined
  const { url, close } = await listen((req, res) => {
    app(req, res)
    came()
  })
  const { host } = new URL(url)
  const provider = createLightProvider()

  const run = (changed: Partial<AuthRouterOptions> = {}): AuthRouter => {
    const started = authRouter({
      secret: testSecret,
      baseUrl: url,
      logger: false,
      providers: { light: provider.entry },
      http: { fetch: provider.fetch },
      ...mode.options,
      ...options,
      ...changed,
    })
    app = hosts['Express 5']({ before: [...(around.before ?? []), ...mode.before(), ...(around.after ?? [])], router: started, handlers })
    return started
  }
  let router = run()

  const start = async (browser: Browser, query = ''): Promise<string> => {
    const page = await browser.go(`${url}/auth/light${query}`, { follow: false })
    const location = page.headers.get('location')
    if (location === null) throw new Error(`A login could not be started: ${String(page.status)} ${page.body}`)
    return provider.approve(location)
  }
  return {
    url,
    host,
    provider,
    router: () => router,
    nextRequest: () =>
      new Promise((resolve) => {
        came = resolve
      }),
    async restart(changed) {
      const stopped = router
      router = run(changed)
      await stopped.close()
    },
    start,
    signIn: async (browser, query) => browser.go(await start(browser, query), { follow: false }),
    signOut: (browser) => browser.go(`${url}/auth/logout`, { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' }, follow: false }),
    me: async (browser) => (await browser.json<{ id: string } | null>(`${url}/me`)).data?.id,
    copyOf(browser) {
      const copy = createBrowser()
      for (const [name, value] of browser.cookies(host)) copy.cookies(host).set(name, value)
      return copy
    },
    close: async () => {
      await router.close()
      await close()
    },
  }
}

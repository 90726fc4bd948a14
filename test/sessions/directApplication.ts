import type { IncomingMessage, ServerResponse } from 'node:http'
import { authRouter, type AuthRouter, type AuthRouterOptions } from '../../middleware/index.js'
import { testSecret } from '../support/application.js'
import { hosts, sendJson, type AppHandler, type AppParts } from '../support/hosts.js'
import { appUrl, directBrowser, type DirectBrowser } from './directBrowser.js'
import { createLightProvider, type LightProvider } from './lightProvider.js'

type App = (req: IncomingMessage, res: ServerResponse) => void

/** An application without a server, for tests that count. */
export interface Running {
  app: App
  router: AuthRouter
  provider: LightProvider
  open: (cookies?: Map<string, string>) => DirectBrowser
}

const handlers: Record<string, AppHandler> = {
  '/me': (req, res) => {
    sendJson(res, req.authUser)
  },
  '/write': async (req, res) => {
    const wait = Number(new URL(req.url ?? '/', appUrl).searchParams.get('wait'))
    for (let turn = 0; turn < wait; turn++) await new Promise(setImmediate)
    if (req.session) req.session['written'] = Number(req.session['written'] ?? 0) + 1
    sendJson(res, true)
  },
  '/written': (req, res) => {
    sendJson(res, req.session?.['written'])
  },
  '/renew': async (req, res) => {
    await req.oauthClient.credentials.refresh({ force: true })
    sendJson(res, true)
  },
  '/api': async (req, res) => {
    sendJson(res, (await req.oauthClient.get('things')).status)
  },
}

/** @param before middlewares of the application before the router */
export function run(options: Partial<AuthRouterOptions> = {}, before: AppParts['before'] = [], provider = createLightProvider()): Running {
  const router = authRouter({
    secret: testSecret,
    baseUrl: appUrl,
    logger: false,
    providers: { light: provider.entry },
    http: { fetch: provider.fetch },
    ...options,
  })
  const app = hosts.Connect({ before, router, handlers })
  return { app, router, provider, open: (cookies) => directBrowser(() => app, provider, cookies) }
}

/** The id of the signed-in person, or nothing. */
export const idOf = async (browser: DirectBrowser): Promise<string | undefined> =>
  ((await browser.json('/me')) as { id?: string } | null)?.id

/** As many things as asked for. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_none, index) => make(index))
}

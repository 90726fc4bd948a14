import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import express, { type RequestHandler } from 'express'
import session from 'express-session'
import { AuthError, authRouter, requireLogin, type AuthRouter, type AuthRouterOptions, type ProviderEntry } from '../../middleware/index.js'
import type { Gates } from './gates.js'
import type { Site, Tenants } from './orders.js'
import type { Stores } from './stores.js'

// Express 4 under its alias, which has no types of its own.
const express4 = createRequire(import.meta.url)('express4') as typeof express

/** Long enough to seal, and to be looked for wherever it must not stand. */
export const secret = 'canary-app-secret of the attacked application'

/** A site that a process runs. */
export interface RunningSite {
  app: express.Express
  routers: AuthRouter[]
  /** What the lookup function answers from. */
  entries: Tenants['entries']
}

export function runSite(site: Site, stores: Stores, gates: Gates): RunningSite {
  const app = site.express === 4 ? express4() : express()
  app.set('trust proxy', 1)
  const running: RunningSite = { app, routers: [], entries: isTenants(site.providers) ? site.providers.entries : {} }
  app.get('/ping', (_req, res) => {
    res.json('pong')
  })
  app.use(gates.at('early'))
  if (stores.sessions && !site.session.endsWith('here')) {
    app.use(
      session({
        secret,
        resave: false,
        saveUninitialized: false,
        store: stores.sessions,
        ...(site.rolling === true ? { rolling: true, cookie: { maxAge: 3600_000 } } : {}),
      }),
    )
  }
  app.use(gates.at('between'))
  for (const [mount, options] of Object.entries(site.apps ?? { '': {} })) {
    const auth = routerOf({ site, stores, gates, running }, options)
    running.routers.push(auth)
    for (const path of site.mounts ?? [mount]) app.use(path === '' ? '/' : path, withHandlers(site, auth, gates))
  }
  app.use(answerError)
  return running
}

interface Parts {
  site: Site
  stores: Stores
  gates: Gates
  running: RunningSite
}

function routerOf({ site, stores: { tokens, sessions }, gates, running }: Parts, options: Partial<AuthRouterOptions>): AuthRouter {
  const auth = authRouter({
    secret,
    baseUrl: site.baseUrl,
    providers: isTenants(site.providers) ? lookup(site.providers.by, running) : (site.providers as Record<string, ProviderEntry>),
    ...(tokens ? { tokenStore: tokens } : {}),
    ...(sessions && site.session.endsWith('here') ? { session: { store: sessions } } : {}),
    ...(site.ownTable === true ? { fetchToken: () => undefined, hooks: { onTokens: () => undefined } } : {}),
    ...(site.heldLinks === true ? { hooks: { onLink: () => gates.pass('link') } } : {}),
    ...(site.listening === true
      ? {
          logger: printing,
          hooks: {
            onError: ({ error }) => {
              print('onError', error)
            },
          },
        }
      : {}),
    ...site.options,
    ...options,
  })
  if (site.listening === true)
    auth.on('error', (event) => {
      print('error', event.error)
    })
  return auth
}

function isTenants(providers: Site['providers']): providers is Tenants {
  return typeof providers['by'] === 'string'
}

function lookup(by: Tenants['by'], running: RunningSite): Extract<AuthRouterOptions['providers'], (...call: never[]) => unknown> {
  // By identity, as an application that reads its database once in a while would have them.
  return (slug, req) => {
    const host = (req.headers.host ?? '').split(':')[0] ?? ''
    const tenant = by === 'host' ? host : by === 'path' ? ((req as { baseUrl?: string }).baseUrl ?? '') : '*'
    const entries = running.entries[tenant]
    return (entries?.[slug] ?? entries?.['*']) as ProviderEntry | undefined
  }
}

function print(what: string, value: unknown): void {
  console.log(what, inspect(value, { depth: 8 }), JSON.stringify(value))
}

const printing: Exclude<AuthRouterOptions['logger'], false | undefined> = {
  debug: (event, message) => {
    print(message ?? 'debug', event)
  },
  info: (event, message) => {
    print(message ?? 'info', event)
  },
  warn: (event, message) => {
    print(message ?? 'warn', event)
  },
  error: (event, message) => {
    print(message ?? 'error', event)
  },
}

/** The application's own pages behind the router. */
function withHandlers({ express: version }: Site, auth: AuthRouter, gates: Gates): express.Router {
  const router = version === 4 ? express4.Router() : express.Router()
  router.use(auth as RequestHandler)
  router.use(gates.at('gate'))
  router.get('/me', (req, res) => {
    res.json(
      req.authUser
        ? { id: req.authUser.id, key: req.authUser.key, provider: req.authUser.provider, emailVerified: req.authUser.emailVerified }
        : null,
    )
  })
  router.get('/private', requireLogin() as RequestHandler, (req, res) => {
    res.json({ id: req.authUser?.id })
  })
  router.get(
    '/private/:slug',
    (req, res, next) => {
      ;(requireLogin(req.params['slug']) as RequestHandler)(req, res, next)
    },
    (req, res) => {
      res.json({ id: req.authUser?.id })
    },
  )
  router.get(
    '/fresh/:slug',
    (req, res, next) => {
      ;(requireLogin({ provider: req.params['slug'], maxAge: 600 }) as RequestHandler)(req, res, next)
    },
    (req, res) => {
      res.json({ id: req.authUser?.id })
    },
  )
  router.get('/api', (req, res, next) => {
    const client = req.oauthClient
    client.get('things').then(({ status }) => {
      res.json({ status })
    }, next)
  })
  router.get('/seal', (req, res) => {
    res.json(req.oauthClient.credentials.seal())
  })
  router.get('/revoke', (req, res, next) => {
    req.oauthClient.credentials.revoke().then(() => {
      res.json('revoked')
    }, next)
  })
  router.get('/write', (req, res) => {
    Object.assign((req as { session?: object | null }).session ?? {}, { cart: ['book'], at: Date.now() })
    res.json({ id: req.authUser?.id ?? null })
  })
  router.get('/switch', (req, res, next) => {
    req.auth.switch(String(req.query['key'])).then(() => {
      res.json(req.authUser?.key ?? null)
    }, next)
  })
  router.get('/leave', (req, res, next) => {
    req.auth.logout({ key: String(req.query['key']) }).then(() => {
      res.json(req.authUser?.key ?? null)
    }, next)
  })
  router.get('/add/:slug', (req, _res, next) => {
    req.auth.link(req.params['slug']).catch(next)
  })
  router.get('/call', (req, res, next) => {
    Promise.resolve()
      .then(() => req.auth.client(String(req.query['key'])).get<{ things: string }>('things'))
      .then(({ status, data }) => {
        res.json({ status, things: data.things })
      }, next)
  })
  router.get('/logout', (req, res, next) => {
    req.auth.logout().then(() => {
      res.json('out')
    }, next)
  })
  return router
}

// Four parameters tell Express that it is for errors.
function answerError(error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction): void {
  const { code, status } = error instanceof AuthError ? error : { code: 'unexpected', status: 500 }
  res.status(status).json({ error: code })
}

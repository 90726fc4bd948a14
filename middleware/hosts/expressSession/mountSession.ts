import { AuthError } from '../../../lib/base/errors.js'
import { derivedSecrets } from '../../../lib/base/seal.js'
import { callStore } from '../../../lib/stores/callStore.js'
import { cookiePrefix } from '../../http/cookies.js'
import type { Engine } from '../../core/engine.js'
import type { HostRequest } from '../../http/host.js'
import type { MountedSession, Request, Response } from '../nodeTypes.js'
import { expressSession, type SessionMiddleware } from './quietExpressSession.js'
import { called, type StoreDone } from './storeCallback.js'

/** Mounts express-session with the application's store: once for https and once without, because the cookie differs. */
export function mountSession(
  engine: Pick<Engine, 'settings'>,
  options: MountedSession,
): (host: HostRequest, secure: boolean) => Promise<void> {
  const mounted = new Map<boolean, SessionMiddleware>()
  return async ({ native, nativeResponse }, secure) => {
    const middleware = mounted.get(secure) ?? sessionWith(engine, options, secure)
    mounted.set(secure, middleware)
    await callStore(() => runSession(middleware, native as Request, nativeResponse as Response))
  }
}

/**
 * express-session with the application's store and the cookie attributes of rule R5.
 * @param options `store` and any other option of express-session, which wins over what is set here
 * @param secure whether the application is reached by https
 */
function sessionWith({ settings }: Pick<Engine, 'settings'>, options: MountedSession, secure: boolean): SessionMiddleware {
  const session = expressSession()
  const { cookie, ...others } = options as { store: object; cookie?: object }
  return session({
    name: `${secure ? '__Host-' : ''}${cookiePrefix(settings.appId)}.sid`,
    // One application's cookie under another's name must not pass either.
    secret: derivedSecrets(settings.secrets, settings.appId, 'express-session'),
    resave: false,
    saveUninitialized: false,
    rolling: settings.expiry.rolling,
    ...others,
    store: answering(options.store as SessionStore),
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      secure,
      ...(typeof settings.remember === 'number' ? { maxAge: settings.remember * 1000 } : {}),
      ...cookie,
    },
  })
}

/** Runs a session middleware before ours. */
function runSession(middleware: SessionMiddleware, req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    middleware(req, res, (error) => {
      if (error === undefined || error === null) resolve()
      else reject(new AuthError('store_unavailable', 'The sign-in state cannot be read at the moment. Try again soon.', { cause: error }))
    })
  })
}

type Operation = (...call: unknown[]) => void
type SessionStore = Record<string, unknown>

/**
 * The application's store, which now always answers: express-session ends a response only when the store has, and a store that throws
 * or stays silent at that moment would take the answer with it.
 */
function answering(store: SessionStore): SessionStore {
  const bounded = new Map<PropertyKey, Operation>()
  for (const name of ['get', 'set', 'destroy', 'touch']) {
    if (typeof store[name] === 'function')
      bounded.set(
        name,
        answeringOnce((...call) => {
          ;(store[name] as Operation)(...call)
        }),
      )
  }
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = bounded.get(name) ?? Reflect.get(target, name)
      // A store with private fields knows only itself.
      return typeof value === 'function' && !bounded.has(name) ? (value.bind(target) as unknown) : value
    },
    // Who wraps one of these operations wraps the one that answers.
    set: (target, name, value) => {
      if (!bounded.has(name)) return Reflect.set(target, name, value)
      bounded.set(name, value as Operation)
      return true
    },
  })
}

function answeringOnce(operation: Operation): Operation {
  return (...call) => {
    const done = typeof call.at(-1) === 'function' ? (call.pop() as StoreDone) : () => undefined
    void callStore(() =>
      called((answer) => {
        operation(...call, answer)
      }),
    ).then(
      (value) => {
        setImmediate(done, null, value)
      },
      (error: unknown) => {
        setImmediate(done, error)
      },
    )
  }
}

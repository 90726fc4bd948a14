import { inspect } from 'node:util'
import { asAuthError, AuthError } from '../../lib/base/errors.js'
import { type ApiClient, createApiClient } from '../../lib/client/apiClient.js'
import { refusingClient } from '../../lib/client/refusingClient.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { SignInWanted } from '../../lib/tokens/tokenSource.js'
import type { Engine } from '../core/engine.js'
import { tellOfError } from '../core/events.js'
import { contextOf, type RequestContext } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import type { Native } from '../http/host.js'
import { wantsJson } from '../http/negotiation.js'
import { goOn } from '../http/reply.js'
import { apiStepUpPath } from '../login/stepUp/apiStepUp.js'
import { deepFreeze } from '../sessions/deepFreeze.js'
import { tokenAccessOf } from '../tokens/tokenSource.js'
import { unlinkAccount } from '../logout/unlinkAccount.js'
import { refreshUser } from './refreshUser.js'
import type { RequestAuth } from './requestTypes.js'
import { endSessionAsAsked, notLinked, redirectToLink, redirectToLogin, requireAccount, switchAccount } from './requestAuth.js'

/** What few requests ask for, made when it is asked for. */
interface MadeLater {
  clients?: Map<string, ApiClient>
  users?: { of: SessionRecord | undefined; bySlug: Readonly<Record<string, AuthUser>>; all: readonly AuthUser[] }
  auth?: RequestAuth
}

/** One request's part in all this. Its fields are private, so that whoever prints a request with all that hangs on it sees nothing of them. */
class Attachment {
  readonly engine: Engine
  #request: RequestContext | (() => RequestContext)
  #made: MadeLater | undefined

  constructor(engine: Engine, request: RequestContext | (() => RequestContext)) {
    this.engine = engine
    this.#request = request
  }

  get request(): RequestContext {
    if (typeof this.#request === 'function') this.#request = this.#request()
    return this.#request
  }

  /** What is remembered of the signed-in person. A context that nobody asked for so far is a stranger's. */
  get record(): SessionRecord | undefined {
    return typeof this.#request === 'function' ? undefined : this.#request.record
  }

  get user(): unknown {
    return this.record && typeof this.#request !== 'function' ? this.#request.user : undefined
  }

  get doubt(): AuthError | undefined {
    return typeof this.#request === 'function' ? undefined : this.#request.doubt
  }

  get made(): MadeLater {
    return (this.#made ??= {})
  }

  [inspect.custom](): string {
    return 'authRouter {}'
  }
}

// On the request itself and not in a WeakMap, which makes every collection of garbage slower.
const attached = Symbol('authrouter')

interface Carrier {
  [attached]?: Attachment
}

/** Whether a request has passed here before. Asked for its own property alone: most have none, and looking for it in all that Express's requests inherit takes longer. */
export function isAttached(req: object): boolean {
  return Object.hasOwn(req, attached)
}

/** The context that a request was attached to, for the guards. */
export function attachedTo(req: object): { engine: Engine; request: RequestContext } | undefined {
  return (req as Carrier)[attached]
}

/**
 * Puts the signed-in person and their API clients on a request.
 * @param homeOf the object that getters for this request, and others like it, can stand on
 * @param request the context, or what makes it once somebody asks
 */
export function attach(
  engine: Engine,
  req: Native,
  homeOf: (req: Native) => object,
  request: RequestContext | (() => RequestContext),
): void {
  // Assigned and not defined, and an object rather than a function: either costs more than all the rest of this.
  ;(req as Carrier)[attached] = new Attachment(engine, request)
  const { userStore } = engine.settings
  // Only here, because other packages have a `req.user`, too.
  if (userStore) Object.defineProperty(req, 'user', userProperty)
  // What another middleware has put on the request under one of these names must not be taken for ours.
  if (
    Object.hasOwn(req, 'authUser')
    || Object.hasOwn(req, 'auth')
    || Object.hasOwn(req, 'oauthClient')
    || Object.hasOwn(req, 'oauthClients')
  ) {
    Object.defineProperties(req, properties)
  } else if (!(hasGetters in req)) {
    Object.defineProperties(homeOf(req), properties)
  }
}

const hasGetters = Symbol('authrouter getters')

const properties: PropertyDescriptorMap = {
  [hasGetters]: { value: true },
  authUser: property('authUser', currentUser),
  oauthClient: property('oauthClient', currentClient),
  oauthClients: property('oauthClients', allClients),
  auth: property('auth', authOf),
}

const userProperty: PropertyDescriptor & ThisType<Carrier> = {
  get() {
    return this[attached]?.user
  },
  enumerable: true,
  configurable: true,
}

/** Undefined on a request that did not pass here, where it can also be given another value, as any property can. */
function property(name: string, read: (attachment: Attachment) => unknown): PropertyDescriptor & ThisType<Carrier> {
  return {
    get() {
      const attachment = this[attached]
      return attachment && read(attachment)
    },
    set(value) {
      if (this[attached]) throw new TypeError(`req.${name} is authRouter's and cannot be set.`)
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
    },
    enumerable: true,
    configurable: true,
  }
}

function currentUser(attachment: Attachment): AuthUser | undefined {
  const { record } = attachment
  return deepFreeze(record?.accounts[record.current]?.user)
}

/** The users of the record as it is now, frozen once for each record. */
function usersOf(attachment: Attachment): NonNullable<MadeLater['users']> {
  const { record, made } = attachment
  if (made.users?.of !== record || !made.users) {
    const all = Object.values(record?.accounts ?? {}).map(({ user }) => deepFreeze(user))
    // Of several accounts of one provider the latest counts.
    made.users = {
      of: record,
      all: Object.freeze(all),
      bySlug: Object.freeze(Object.fromEntries(all.map((user) => [user.provider, user]))),
    }
  }
  return made.users
}

// One for all requests: most come from nobody, and few of those ask for it.
const signedOut = refusingClient(() => new AuthError('login_required', 'Sign in first.'))

function currentClient(attachment: Attachment): ApiClient {
  const { record, doubt } = attachment
  if (doubt) return refusingClient(() => doubt)
  return (record && clientOf(attachment, record.current)) ?? signedOut
}

function clientOf(attachment: Attachment, key: string): ApiClient | undefined {
  const { engine, request } = attachment
  const account = request.record?.accounts[key]
  const registration = request.registrations.get(key)
  if (!account || !registration) return undefined
  const clients = (attachment.made.clients ??= new Map<string, ApiClient>())
  let client = clients.get(key)
  if (!client) {
    const context = contextOf(engine, registration, request.publicUrl)
    const access = {
      ...tokenAccessOf(engine, request, context, key),
      stepUp: (wanted: SignInWanted) => apiStepUpPath(engine, request, key, wanted),
    }
    client = createApiClient(context, access, account.user)
    clients.set(key, client)
  }
  return client
}

function allClients(attachment: Attachment): Readonly<Record<string, ApiClient>> {
  // Of several accounts of one provider the latest counts.
  const entries = usersOf(attachment).all.map(({ provider, key }) => [provider, clientOf(attachment, key)] as const)
  return Object.freeze(Object.fromEntries(entries.filter((entry): entry is readonly [string, ApiClient] => entry[1] !== undefined)))
}

function authOf(attachment: Attachment): RequestAuth {
  const { engine, request } = attachment
  return (attachment.made.auth ??= {
    get user() {
      return currentUser(attachment)
    },
    get users() {
      return usersOf(attachment).bySlug
    },
    get accounts() {
      return usersOf(attachment).all
    },
    login: (slug, options) => told(engine, request, async () => request.host.answer(await redirectToLogin(engine, request, slug, options))),
    link: (slug, options) => told(engine, request, async () => request.host.answer(await redirectToLink(engine, request, slug, options))),
    unlink: (slugOrKey) => told(engine, request, () => unlinkAccount(engine, request, requireAccount(request, slugOrKey))),
    client(key) {
      const client = clientOf(attachment, key)
      if (!client) throw notLinked()
      return client
    },
    switch: (key) => told(engine, request, () => switchAccount(engine, request, key)),
    refreshUser: () => told(engine, request, async () => deepFreeze(await refreshUser(engine, request))),
    logout: (options) =>
      told(engine, request, async () => {
        const location = await endSessionAsAsked(engine, request, options)
        if (location !== undefined) request.host.answer(goOn(wantsJson(request.host), 303, location))
      }),
  })
}

/** What a handler asks for fails in the handler, which answers; the application is told of it as of any other failure. */
async function told<T>(engine: Engine, { host }: RequestContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    const error = asAuthError(thrown, 'hook_failed', 'Something went wrong on our side.')
    tellOfError(engine, error, { host, slug: undefined })
    throw thrown
  }
}

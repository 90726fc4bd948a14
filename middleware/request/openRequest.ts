import { allValues, type Awaitable, withValue } from '../../lib/base/awaitable.js'
import { asAuthError, AuthError } from '../../lib/base/errors.js'
import type { Registration } from '../../lib/model/context.js'
import { signsInByHeader } from '../../lib/protocols/headerJwt/signsInByHeader.js'
import type { Engine } from '../core/engine.js'
import { hasEnded, seen } from '../core/expiry.js'
import { failureEvent } from '../core/logging.js'
import { userOfSession } from '../accounts/users.js'
import { doubtOf, isHeaderAccount, type RequestContext, wholeRecord } from '../core/requestContext.js'
import type { ResolvedSession, SessionRecord, SessionWriter } from '../core/sessionRecord.js'
import type { Transactions } from '../core/transactions.js'
import { cookieJar, type CookieJar, cookiePrefix } from '../http/cookies.js'
import type { HostRequest, HostSession } from '../http/host.js'
import { type PublicUrl, publicUrlOf } from '../http/publicUrl.js'
import { cookieTransactions } from '../login/cookieTransactions.js'
import { sessionTransactions } from '../login/sessionTransactions.js'
import { isMarkedEnded, needsMarks } from '../sessions/endedMarks.js'
import { type MountSession, sessionFinder } from '../sessions/findSession.js'
import { type FoundUser, headerUsers } from './headers/headerUsers.js'
import { headerUserAlone, isSetAside, withHeaderAccount } from './headers/withHeaderUser.js'
import { isProfileOld, refreshOldProfile } from './refreshUser.js'
import { loadAccounts, type LoadedAccounts, nobody } from '../tokens/loadTokens.js'
import { entryOf, isEntryOf } from '../tokens/registrations.js'

/** The headers of a request as a host has them. */
type RequestHeaders = Readonly<Record<string, unknown>> & { cookie?: string | undefined }

/** Waits for nothing where all is at hand: most requests pass through without a turn of the event loop. */
export interface RequestOpener {
  (host: HostRequest, publicUrl: PublicUrl): Awaitable<RequestContext>
  /** Whether a request is known, by a look at it alone, to come from nobody who is signed in. */
  isStranger: (hasSession: boolean, headers: RequestHeaders) => boolean
  /** The context of such a request, made when something of it is asked for. */
  asStranger: (host: HostRequest) => RequestContext
}

/** Finds, for each request, where its signed-in state lives, and reads it. */
export function openRequest(engine: Engine, mountSession: MountSession): RequestOpener {
  const { settings, now } = engine
  const findSession = sessionFinder(engine, mountSession)
  const transactionsOf = transactionsFinder(engine)
  const mayBeStranger = settings.transactions === 'cookie'
  const hasMarks = needsMarks(engine)
  const byHeader = headerUsers(engine)

  return Object.assign(
    (host: HostRequest, publicUrl: PublicUrl) => {
      const request = new OpenRequest(host, publicUrl, transactionsOf)
      return withValue(findSession(request), (found) => {
        if (settings.transactions === 'session' && !found.error) requireSession(found)
        request.found = found
        const user = byHeader.of(request)
        if (user === undefined) return found.isEmpty ? request : recognise(request, found)
        return user instanceof Promise ? user.then((late) => withHeader(request, found, late)) : withHeader(request, found, user)
      })
    },
    {
      isStranger: (hasSession: boolean, headers: RequestHeaders) =>
        mayBeStranger && !byHeader.isCarried(headers) && findSession.isStranger(hasSession, headers.cookie),
      asStranger(host: HostRequest) {
        const request = new OpenRequest(host, publicUrlOf(host, settings), transactionsOf)
        request.found = findSession.withoutSession(request)
        return request
      },
    },
  )

  /** A request with a header: its session counts if the user of the header has begun it. */
  function withHeader(request: OpenRequest, found: ResolvedSession, known: FoundUser | undefined): Awaitable<RequestContext> {
    if (known && 'user' in known) request.headerUser = known.user
    else if (known) request.doubt = known.doubt
    return recognise(request, found.isEmpty ? emptySession : found)
  }

  // In steps that branch where something has to be waited for: a closure for each would cost every request of a signed-in user.
  function recognise(request: OpenRequest, found: Pick<ResolvedSession, 'read'>): Awaitable<RequestContext> {
    try {
      const stored = found.read()
      const known = stored instanceof Promise ? stored.then((late) => signedIn(request, late)) : signedIn(request, stored)
      return known instanceof Promise ? known.catch((error: unknown) => inDoubt(request, error)) : known
    } catch (error) {
      return inDoubt(request, error)
    }
  }

  function signedIn(request: OpenRequest, stored: SessionRecord | undefined): Awaitable<RequestContext> {
    if (!stored || engine.ended.has(stored.salt) || hasEnded(stored, settings, now())) return headerUserAlone(engine, request)
    if (isSetAside(request, stored)) return headerUserAlone(engine, request, stored)
    request.stored = stored
    const registrations = registrationsOf(stored, request)
    return registrations instanceof Promise
      ? registrations.then((late) => withAccounts(request, stored, late))
      : withAccounts(request, stored, registrations)
  }

  function withAccounts(
    request: OpenRequest,
    stored: SessionRecord,
    registrations: RequestContext['registrations'],
  ): Awaitable<RequestContext> {
    request.registrations = registrations
    const accounts = accountsOf(request, stored)
    return accounts instanceof Promise ? accounts.then((late) => withUser(request, stored, late)) : withUser(request, stored, accounts)
  }

  function accountsOf({ host, registrations }: OpenRequest, stored: SessionRecord): Awaitable<LoadedAccounts> {
    if (!hasMarks) return loadAccounts(engine, host, stored, registrations)
    return isMarkedEnded(engine, stored).then((isEnded) => (isEnded ? nobody() : loadAccounts(engine, host, stored, registrations)))
  }

  function withUser(request: OpenRequest, stored: SessionRecord, loaded: LoadedAccounts): Awaitable<RequestContext> {
    const { userStore } = settings
    if (!userStore || !loaded.record) return noteRequest(request, stored, loaded)
    return userOfSession(userStore, loaded.record).then((row) => {
      request.user = row
      // A user who was deleted is signed out, in every browser.
      return noteRequest(request, stored, row ? loaded : nobody())
    })
  }

  function inDoubt(request: OpenRequest, error: unknown): RequestContext {
    request.doubt = doubtOf(error)
    engine.log('warn', failureEvent('session_in_doubt', request.doubt))
    return request
  }

  function noteRequest(request: OpenRequest, stored: SessionRecord, { record: known, tokens }: LoadedAccounts): Awaitable<RequestContext> {
    const record = known && seen(known, settings, now())
    if (!record && request.headerUser) return headerUserAlone(engine, request, stored)
    request.record = record && withHeaderAccount(request, record)
    request.tokens = tokens
    if (!record) return request
    const noted = record === stored ? request : saveNoted(request, stored, record, record === known)
    if (isHeaderAccount(request, record.current) || !isProfileOld(engine, record)) return noted
    return Promise.resolve(noted)
      .then(() => refreshOldProfile(engine, request, record))
      .then(() => request)
  }

  /** @param isUnseen whether nothing but accounts can have changed */
  function saveNoted(request: OpenRequest, stored: SessionRecord, record: SessionRecord, isUnseen: boolean): Awaitable<RequestContext> {
    const whole = wholeRecord(request, record)
    if (isUnseen && hasSameAccounts(whole, stored)) return request
    // The user is signed in all the same; the next request writes it.
    return request.session
      .save(whole)
      .catch((thrown: unknown) => {
        const error = asAuthError(thrown, 'store_unavailable', 'The session could not be written.')
        engine.log('warn', { ...failureEvent('session_not_updated', error), provider: record.accounts[record.current]?.user.provider })
      })
      .then(() => request)
  }

  /** The entries of a record's accounts, without those that are somebody else's by now (rule R10). */
  function registrationsOf({ accounts }: SessionRecord, request: RequestContext): Awaitable<RequestContext['registrations']> {
    const { host, publicUrl } = request
    const known = Object.entries(accounts)
    const found = known.map(([, account]) => entryOf(engine, account, host))
    return withValue(allValues(found), (entries) => {
      const registrations = new Map<string, Registration>()
      known.forEach(([key, account], index) => {
        const registration = entries[index]
        if (!registration || !isEntryOf(registration, account, publicUrl)) return
        // What a header said once is worth nothing without that header.
        if (!signsInByHeader(registration.provider) || isHeaderAccount(request, key)) registrations.set(key, registration)
      })
      return registrations
    })
  }
}

/** Whether nothing has become of the accounts, though some may be absent for this request. */
function hasSameAccounts({ accounts }: SessionRecord, stored: SessionRecord): boolean {
  const keys = Object.keys(stored.accounts)
  return keys.length === Object.keys(accounts).length && keys.every((key) => accounts[key] === stored.accounts[key])
}

type TransactionsFinder = (request: OpenRequest) => Transactions

function transactionsFinder({ settings, sealer, now }: Engine): TransactionsFinder {
  const prefix = cookiePrefix(settings.appId)
  return settings.transactions === 'cookie'
    ? ({ cookies }) => cookieTransactions(cookies, sealer, prefix)
    : ({ found }) => sessionTransactions(requireSession(found), sealer, now)
}

function requireSession(found: ResolvedSession | undefined): HostSession {
  if (found?.hostSession) return found.hostSession
  throw new AuthError(
    'config_invalid',
    "transactions: 'session' needs a session: mount express-session before authRouter, or set the option session.",
  )
}

/** A context whose parts are made when they are first asked for. A class, because getters of an object's own make it slow to make. */
class OpenRequest implements RequestContext {
  record: RequestContext['record'] = undefined
  doubt: RequestContext['doubt'] = undefined
  stored: RequestContext['stored'] = undefined
  registrations: RequestContext['registrations'] = none
  found: ResolvedSession | undefined = undefined
  // Without fields of their own: few requests have them.
  declare headerUser?: RequestContext['headerUser']
  declare setAside?: RequestContext['setAside']
  user: RequestContext['user'] = undefined
  slug: RequestContext['slug'] = undefined
  returnTo: RequestContext['returnTo'] = undefined
  allow: RequestContext['allow'] = undefined
  #tokens: RequestContext['tokens'] | undefined
  #cookies: CookieJar | undefined
  #session: SessionWriter | undefined
  #transactions: Transactions | undefined

  constructor(
    readonly host: HostRequest,
    readonly publicUrl: PublicUrl,
    readonly transactionsOf: TransactionsFinder,
  ) {}

  get tokens(): RequestContext['tokens'] {
    return (this.#tokens ??= new Map())
  }
  set tokens(tokens: RequestContext['tokens']) {
    this.#tokens = tokens
  }
  get cookies(): CookieJar {
    return (this.#cookies ??= cookieJar(this.host, this.publicUrl.secure))
  }
  get transactions(): Transactions {
    return (this.#transactions ??= this.transactionsOf(this))
  }

  get session(): SessionWriter {
    if (!this.found) throw new Error('The session of this request has not been looked for yet')
    return (this.#session ??= this.found.store())
  }
}

const emptySession: Pick<ResolvedSession, 'read'> = { read: () => undefined }
const none: RequestContext['registrations'] = new Map()

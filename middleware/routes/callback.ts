import { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import { sha256 } from '../../lib/base/random.js'
import { callback, checkCallback, isTooOld, type LoginResult, stateOf } from '../../lib/callback.js'
import { createCredentials } from '../../lib/client/credentials.js'
import type { LoginDecision } from '../../lib/config/settings.js'
import type { Context, Registration } from '../../lib/model/context.js'
import type { Transaction } from '../../lib/model/login.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import { bindingOf } from '../../lib/tokens/binding.js'
import { sealCredentials } from '../../lib/tokens/sealedCredentials.js'
import { redirect, sendJson, sendPage, type FailedRequest } from '../answers.js'
import { markEnded } from '../endedMarks.js'
import type { Engine } from '../engine.js'
import { dropSession, noteSession } from '../everywhere.js'
import { fromHook } from '../hooks.js'
import { headerOf, wantsJson } from '../http.js'
import { land, type Landing } from '../landing.js'
import { loginRecord } from '../loginRecord.js'
import { originOf } from '../origin.js'
import { repostPage } from '../pages.js'
import type { Parameters } from '../parameters.js'
import type { SessionRecord } from '../session.js'
import { removeTokens } from '../tokens/forget.js'
import { keepTokens } from '../tokens/keep.js'
import type { LoginName } from '../transactions.js'
import { contextOf, presentRecord, returnToOf, type Visit } from '../visit.js'

/** Says that a form_post answer has come back from our own page, so that it is posted again only once. */
const repostMarker = 'authrouter_repost'

/** `GET` or `POST /auth/:provider/callback`: ends a login, with everything that may happen twice happening once. */
export async function finishLogin(engine: Engine, visit: Visit, registration: Registration, received: Parameters, failed: FailedRequest): Promise<void> {
  const { req, place } = visit
  if ((headerOf(req, 'sec-purpose') ?? '').includes('prefetch')) throw new AuthError('bad_request', 'A sign-in cannot be finished ahead of time.', { reason: 'prefetch' })
  const { [repostMarker]: reposted, ...parameters } = received
  const origin = originOf(req, place.origin)
  if (req.method === 'POST' && reposted === undefined && (origin === 'cross-site' || origin === 'same-site')) {
    sendRepostPage(visit, registration, parameters)
    return
  }
  const state = stateOf(registration.provider.protocol, parameters)
  if (state === undefined || state === '') throw new AuthError('state_missing', 'The answer does not say which sign-in it belongs to.')
  const login = { slug: registration.slug, stateHash: sha256(state) }

  const transaction = await visit.transactions.find(login)
  if (!transaction || engine.flights.hasUsed(transaction)) {
    const finished = visit.record?.finished.findLast(({ slug, stateHash }) => slug === login.slug && stateHash === login.stateHash)
    if (!finished) throw await refusal(engine, visit, login, transaction, parameters)
    goOn(engine, visit, finished.returnTo)
    return
  }
  const wanted = returnToOf(engine, place, transaction.returnTo, engine.settings.afterLogin)
  // Whatever fails from here on, the way to start again leads to the same place.
  failed.returnTo = wanted
  if (visit.record && isTooOld(transaction, engine.now())) {
    await visit.transactions.remove(login)
    goOn(engine, visit, wanted)
    return
  }
  const context = contextOf(engine, registration, place)
  await checked(visit, context, transaction, parameters)
  const { record, returnTo } = await landed(engine, visit, transaction, () => complete(engine, visit, context, transaction, parameters))
  visit.record = record
  goOn(engine, visit, returnTo)
}

/** Whoever joins a login has passed its checks first; one that fails them is over, and has claimed and told nothing. */
async function checked({ transactions }: Visit, context: Context, transaction: Transaction, parameters: Parameters): Promise<void> {
  try {
    await checkCallback(context, transaction, parameters)
  } catch (error) {
    await transactions.remove(transaction)
    throw error
  }
}

/** The one result of a login: worked out by the first request that brings it, adopted by those that come beside it. */
async function landed(engine: Engine, visit: Visit, transaction: Transaction, work: () => Promise<Landing>): Promise<Landing> {
  let isOurs = true
  try {
    const { landing, isFirst } = await land(engine, transaction, work)
    isOurs = isFirst
    if (!isFirst) visit.session.adopt?.(landing.record)
    return landing
  } finally {
    // In a session it is the first one's to take out; in a cookie every response says so.
    if (isOurs || engine.settings.transactions === 'cookie') await visit.transactions.remove(transaction)
  }
}

/** Lax cookies stay at home on a cross-site POST: the same fields are posted once more from a page of our own (rule R2). */
function sendRepostPage({ res, place }: Visit, { slug }: Registration, parameters: Parameters): void {
  sendPage(res, 200, repostPage({ action: `${place.mountPath}/${slug}/callback`, fields: { ...parameters, [repostMarker]: '1' } }))
}

/** Why a callback that no login of this browser waits for is refused. */
async function refusal({ flights, now }: Engine, { transactions }: Visit, login: LoginName, used: Transaction | undefined, parameters: Parameters): Promise<AuthError> {
  if (used || flights.hasUsedName(login)) return new AuthError('state_used', 'This sign-in has been finished already.')
  const others = await transactions.list()
  if (others.some(({ stateHash }) => stateHash === login.stateHash)) return new AuthError('provider_mismatch', 'The sign-in was started with another provider.')
  // A foreign code in a browser that has a login of its own under way is an attack or a mix-up, and worth its own word.
  const isMixedUp = parameters['error'] === undefined && others.some((other) => other.slug === login.slug && !isTooOld(other, now()))
  return isMixedUp
    ? new AuthError('state_mismatch', 'The answer belongs to another sign-in.')
    : new AuthError('state_unknown', 'This sign-in was not started in this browser, or it was started too long ago.')
}

async function complete(engine: Engine, visit: Visit, context: ClientContext, transaction: Transaction, parameters: Parameters): Promise<Landing> {
  const { slug } = context
  const { user, tokens, redirect: asked } = await decide(engine, visit, context, await callback(context, transaction, parameters))
  const returnTo = returnToOf(engine, visit.place, asked ?? transaction.returnTo, engine.settings.afterLogin)
  const previous = presentRecord(engine, visit)
  const record = loginRecord(engine, previous, slug, await keepTokens(engine, visit, context, user, tokens), transaction, returnTo)
  try {
    await noteSession(engine, record)
    await visit.session.renew(record, previous)
  } catch (error) {
    engine.background(removeTokens(engine, visit.req, record, visit.stored))
    throw error
  }
  const { stored: former } = visit
  if (former) engine.ended.add(former.salt)
  visit.record = record
  visit.stored = record
  visit.tokens = new Map([...visit.tokens, [slug, { tokens }]])
  if (former) engine.background(forgetReplaced(engine, visit, former, record))
  engine.log('info', { event: 'login_finished', provider: slug })
  engine.emit('login', { user, provider: slug })
  return { record, returnTo }
}

async function forgetReplaced(engine: Engine, { req }: Visit, former: SessionRecord, record: SessionRecord): Promise<void> {
  await markEnded(engine, former)
  await removeTokens(engine, req, former, record)
  await dropSession(engine, former)
}

type Decided = LoginResult & { redirect: string | undefined }

async function decide({ settings, sealer }: Engine, { req }: Visit, context: ClientContext, { user, tokens }: LoginResult): Promise<Decided> {
  const { onLogin } = settings.hooks
  if (!onLogin) return { user, tokens, redirect: undefined }
  let current = tokens
  const seal = (held: Tokens): string => sealCredentials(sealer, { slug: context.slug, binding: bindingOf(context), tokens: held, user })
  const credentials = createCredentials(context, { read: () => current, write: (renewed) => { current = renewed }, seal })
  const decision: unknown = await fromHook('onLogin', () => onLogin({ user, tokens, credentials, req }), 'The application could not complete the sign-in.')
  // What a look-up that found nobody gives, such as null, must not let anybody in.
  if (decision !== undefined && decision !== true && !isDecision(decision)) throw new AuthError('login_refused', 'This account may not sign in here.')
  if (!isDecision(decision)) return { user, tokens: current, redirect: undefined }
  // Who the person is at the provider is not the hook's to change.
  const { provider, id, key, raw, loggedInAt } = user
  return { user: { ...user, ...decision.user, provider, id, key, raw, loggedInAt }, tokens: current, redirect: decision.redirect }
}

function isDecision(value: unknown): value is Exclude<LoginDecision, boolean | void | undefined> {
  return isObject(value)
}

function goOn(engine: Engine, visit: Visit, asked: string): void {
  // Rule R1 once more: the value has been through a cookie or a store.
  const location = returnToOf(engine, visit.place, asked, engine.settings.afterLogin)
  if (wantsJson(visit.req)) sendJson(visit.res, 200, { location })
  else redirect(visit.res, 303, location)
}

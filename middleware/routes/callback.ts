import { AuthError } from '../../lib/base/errors.js'
import { sha256 } from '../../lib/base/random.js'
import { checkCallback, isTooOld, stateOf } from '../../lib/callback.js'
import type { Context, Registration } from '../../lib/model/context.js'
import type { Transaction } from '../../lib/model/login.js'
import type { Engine } from '../core/engine.js'
import type { FailedRequest } from '../core/failure.js'
import { contextOf, returnToOf, type RequestContext } from '../core/requestContext.js'
import type { LoginName } from '../core/transactions.js'
import { headerOf, wantsJson } from '../http/host.js'
import { originOf } from '../http/origin.js'
import type { Parameters } from '../http/parameters.js'
import { redirect, sendJson, sendPage } from '../http/reply.js'
import { callbackOnce, type CallbackResult } from '../login/callbackOnce.js'
import { completeLogin } from '../login/completeLogin.js'
import { repostPage } from '../pages/pages.js'

/** Says that a form_post answer has come back from our own page, so that it is posted again only once. */
const repostMarker = 'authrouter_repost'

/** `GET` or `POST /auth/:provider/callback`: ends a login, with everything that may happen twice happening once. */
export async function finishLogin(engine: Engine, request: RequestContext, registration: Registration, received: Parameters, failed: FailedRequest): Promise<void> {
  const { req, place } = request
  if ((headerOf(req, 'sec-purpose') ?? '').includes('prefetch')) throw new AuthError('bad_request', 'A sign-in cannot be finished ahead of time.', { reason: 'prefetch' })
  const { [repostMarker]: reposted, ...parameters } = received
  const origin = originOf(req, place.origin)
  if (req.method === 'POST' && reposted === undefined && (origin === 'cross-site' || origin === 'same-site')) {
    sendRepostPage(request, registration, parameters)
    return
  }
  const state = stateOf(registration.provider.protocol, parameters)
  if (state === undefined || state === '') throw new AuthError('state_missing', 'The answer does not say which sign-in it belongs to.')
  const login = { slug: registration.slug, stateHash: sha256(state) }

  const transaction = await request.transactions.find(login)
  if (!transaction || engine.callbackRuns.hasUsed(transaction)) {
    const finished = request.record?.finished.findLast(({ slug, stateHash }) => slug === login.slug && stateHash === login.stateHash)
    if (!finished) throw await refusal(engine, request, login, transaction, parameters)
    goOn(engine, request, finished.returnTo)
    return
  }
  const wanted = returnToOf(engine, place, transaction.returnTo, engine.settings.afterLogin)
  // Whatever fails from here on, the way to start again leads to the same place.
  failed.returnTo = wanted
  if (request.record && isTooOld(transaction, engine.now())) {
    await request.transactions.remove(login)
    goOn(engine, request, wanted)
    return
  }
  const context = contextOf(engine, registration, place)
  await checked(request, context, transaction, parameters)
  const { record, returnTo } = await landed(engine, request, transaction, () => completeLogin(engine, request, context, transaction, parameters))
  request.record = record
  goOn(engine, request, returnTo)
}

/** Whoever joins a login has passed its checks first; one that fails them is over, and has claimed and told nothing. */
async function checked({ transactions }: RequestContext, context: Context, transaction: Transaction, parameters: Parameters): Promise<void> {
  try {
    await checkCallback(context, transaction, parameters)
  } catch (error) {
    await transactions.remove(transaction)
    throw error
  }
}

/** The one result of a login: worked out by the first request that brings it, adopted by those that come beside it. */
async function landed(engine: Engine, request: RequestContext, transaction: Transaction, work: () => Promise<CallbackResult>): Promise<CallbackResult> {
  let isOurs = true
  try {
    const { landing, isFirst } = await callbackOnce(engine, transaction, work)
    isOurs = isFirst
    if (!isFirst) request.session.adopt?.(landing.record)
    return landing
  } finally {
    // In a session it is the first one's to take out; in a cookie every response says so.
    if (isOurs || engine.settings.transactions === 'cookie') await request.transactions.remove(transaction)
  }
}

/** Lax cookies stay at home on a cross-site POST: the same fields are posted once more from a page of our own (rule R2). */
function sendRepostPage({ res, place }: RequestContext, { slug }: Registration, parameters: Parameters): void {
  sendPage(res, 200, repostPage({ action: `${place.mountPath}/${slug}/callback`, fields: { ...parameters, [repostMarker]: '1' } }))
}

/** Why a callback that no login of this browser waits for is refused. */
async function refusal({ callbackRuns, now }: Engine, { transactions }: RequestContext, login: LoginName, used: Transaction | undefined,
  parameters: Parameters): Promise<AuthError> {
  if (used || callbackRuns.hasUsedName(login)) return new AuthError('state_used', 'This sign-in has been finished already.')
  const others = await transactions.list()
  if (others.some(({ stateHash }) => stateHash === login.stateHash)) return new AuthError('provider_mismatch', 'The sign-in was started with another provider.')
  // A foreign code in a browser that has a login of its own under way is an attack or a mix-up, and worth its own word.
  const isMixedUp = parameters['error'] === undefined && others.some((other) => other.slug === login.slug && !isTooOld(other, now()))
  return isMixedUp
    ? new AuthError('state_mismatch', 'The answer belongs to another sign-in.')
    : new AuthError('state_unknown', 'This sign-in was not started in this browser, or it was started too long ago.')
}

function goOn(engine: Engine, request: RequestContext, asked: string): void {
  // Rule R1 once more: the value has been through a cookie or a store.
  const location = returnToOf(engine, request.place, asked, engine.settings.afterLogin)
  if (wantsJson(request.req)) sendJson(request.res, 200, { location })
  else redirect(request.res, 303, location)
}

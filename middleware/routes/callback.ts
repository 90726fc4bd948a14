import { AuthError } from '../../lib/base/errors.js'
import { sha256 } from '../../lib/base/random.js'
import { checkCallback, isTooOld, stateOf } from '../../lib/callback.js'
import type { Registration } from '../../lib/model/context.js'
import type { Transaction } from '../../lib/model/login.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import { signedOutMeanwhile } from '../core/endedSessions.js'
import { tellOfRefusedLogin } from '../core/events.js'
import { contextOf, redirectUriOf, returnToOf } from '../core/requestContext.js'
import type { LoginName } from '../core/transactions.js'
import { wantsJson } from '../http/negotiation.js'
import { originOf } from '../http/origin.js'
import { goOn, page, type Reply } from '../http/reply.js'
import { callbackOnce, type CallbackResult } from '../login/callbackOnce.js'
import { completeLogin } from '../login/completeLogin.js'
import { isLinkTo } from '../login/linkTo.js'
import { isSilentOutcome, silentOutcome } from '../login/silent.js'
import { placeAfterLogin } from '../login/stepUp/wayBack.js'
import { forgetLogout } from '../logout/awaitedLogout.js'
import { sendPage } from '../pages/sendPage.js'
import type { ProviderRequest } from './receive.js'

/** Says that a form_post answer has come back from our own page, so that it is posted again only once. */
const repostMarker = 'authrouter_repost'

/** `GET` or `POST /auth/:provider/callback`: ends a login, with everything that may happen twice happening once. */
export async function callbackRoute(received: ProviderRequest): Promise<Reply> {
  refusePrefetch(received)
  const found = await findLogin(received)
  if ('reply' in found) return found.reply
  try {
    const { result } = await finishLogin(found)
    return goOn(
      wantsJson(received.request.host),
      303,
      placeAfterLogin(received.engine, received.request, found.transaction, result.returnTo),
    )
  } catch (error) {
    const outcome = silentOutcome(received.engine, found.transaction, error)
    // Whoever was there before still is.
    if (outcome && !wantsJson(received.request.host)) return goTo(received, found.transaction.returnTo)
    throw outcome ?? error
  }
}

/** A callback, and the login of this browser that waits for it. */
interface WaitingLogin {
  callback: ProviderRequest
  transaction: Transaction
}

/**
 * The login that a callback ends.
 * @returns `reply` where none has to be ended: fields to post again, or a place to go on to
 * @throws AuthError `state_missing`, `state_used`, `state_mismatch`, `state_unknown`, `provider_mismatch`
 */
export async function findLogin(received: ProviderRequest): Promise<WaitingLogin | { reply: Reply }> {
  if (isCrossSitePost(received)) return { reply: postAgain(received) }
  const callback = withoutMarker(received)
  const login = await loginNameOf(callback)
  const transaction = await callback.request.transactions.find(login)
  if (!transaction || callback.engine.callbackRuns.hasUsed(transaction)) return { reply: await afterwards(callback, login, transaction) }
  keepReturnTo(callback, transaction)
  if (isSignedInAlready(callback, transaction)) return { reply: await leave(callback, transaction) }
  return { callback, transaction }
}

/** A login that has ended. */
interface FinishedCallback {
  result: CallbackResult
  isFirst: boolean
  registration: Registration
}

/**
 * Ends the login.
 * @returns `isFirst` for the request that did the work; `registration` that of what the user chose
 * @throws AuthError `provider_mismatch` for a choice that is not allowed any more; what `checkCallback`, `callback`, the hooks and the stores
 * throw; nobody is signed in then
 */
export async function finishLogin({ callback, transaction }: WaitingLogin): Promise<FinishedCallback> {
  await requireSameUser(callback, transaction)
  if (transaction.linkTo !== undefined) callback.request.isLink = true
  const registration = await chosenBefore(callback, transaction)
  const context = contextOf(callback.engine, registration, callback.request.publicUrl)
  await checkAnswer(callback, context, transaction)
  const finished = await finishOnce(callback, context, transaction)
  // A sign-out that never came back from its provider is over, and its cookie has no room beside those of a session and logins.
  if (transaction.linkTo === undefined) forgetLogout(callback.engine, callback.request.cookies)
  return { ...finished, registration }
}

/** Whom the login was started with: what a user chose stands in the transaction, and nothing of the callback can change it. */
async function chosenBefore({ engine, request, registration }: ProviderRequest, transaction: Transaction): Promise<Registration> {
  const chosen = await engine.choose(registration, transaction.parameters, 'visitor')
  if (chosen) return chosen
  await request.transactions.remove(transaction)
  throw new AuthError('provider_mismatch', 'The sign-in was started with what is not allowed here any more.', {
    provider: registration.slug,
  })
}

/** @throws AuthError `bad_request` for a browser that loads the page before anybody has asked for it */
export function refusePrefetch({ request: { host } }: ProviderRequest): void {
  if ((host.header('sec-purpose') ?? '').includes('prefetch'))
    throw new AuthError('bad_request', 'A sign-in cannot be finished ahead of time.', { reason: 'prefetch' })
}

function isCrossSitePost({ request: { host, publicUrl }, parameters }: ProviderRequest): boolean {
  const origin = originOf(host, publicUrl.origin)
  return host.method === 'POST' && parameters[repostMarker] === undefined && (origin === 'cross-site' || origin === 'same-site')
}

/** Lax cookies stay at home on a cross-site POST: the same fields are posted once more from a page of our own (rule R2). */
function postAgain({ request: { publicUrl }, registration, parameters }: ProviderRequest): Reply {
  const action = new URL(redirectUriOf(registration, publicUrl)).pathname
  return page(200, sendPage({ action, fields: { ...parameters, [repostMarker]: '1' }, title: 'Finishing sign-in' }))
}

function withoutMarker(received: ProviderRequest): ProviderRequest {
  if (received.parameters[repostMarker] === undefined) return received
  const { [repostMarker]: _reposted, ...parameters } = received.parameters
  return { ...received, parameters }
}

async function loginNameOf({ registration, parameters }: ProviderRequest): Promise<LoginName> {
  const state = await stateOf(registration.provider, parameters)
  if (state === undefined || state === '') throw new AuthError('state_missing', 'The answer does not say which sign-in it belongs to.')
  return { slug: registration.slug, stateHash: sha256(state) }
}

/** A login that this session has finished leads to the same place again; any other has nothing to come back to. */
async function afterwards(callback: ProviderRequest, login: LoginName, used: Transaction | undefined): Promise<Reply> {
  const finished = callback.request.record?.finished.findLast(({ slug, stateHash }) => slug === login.slug && stateHash === login.stateHash)
  if (!finished) throw await refusal(callback, login, used)
  return goTo(callback, finished.returnTo)
}

/** Why a callback that no login of this browser waits for is refused. */
async function refusal(
  { engine: { callbackRuns, now }, request, parameters }: ProviderRequest,
  login: LoginName,
  used: Transaction | undefined,
): Promise<AuthError> {
  if (used || callbackRuns.hasUsedName(login)) return new AuthError('state_used', 'This sign-in has been finished already.')
  const others = await request.transactions.list()
  if (others.some(({ stateHash }) => stateHash === login.stateHash))
    return new AuthError('provider_mismatch', 'The sign-in was started with another provider.')
  // A foreign code in a browser that has a login of its own under way is an attack or a mix-up, and worth its own word.
  const isMixedUp = parameters['error'] === undefined && others.some((other) => other.slug === login.slug && !isTooOld(other, now()))
  return isMixedUp
    ? new AuthError('state_mismatch', 'The answer belongs to another sign-in.')
    : new AuthError('state_unknown', 'This sign-in was not started in this browser, or it was started too long ago.')
}

/** Whatever fails from here on, the way to start again leads to the same place. */
function keepReturnTo({ engine, request }: ProviderRequest, transaction: Transaction): void {
  request.returnTo = returnToOf(engine, request.publicUrl, transaction.returnTo, engine.settings.afterLogin)
}

function isSignedInAlready({ engine, request }: ProviderRequest, transaction: Transaction): boolean {
  return request.record !== undefined && transaction.linkTo === undefined && isTooOld(transaction, engine.now())
}

/** An account is added to the user who asked for it, or to nobody; and nobody takes the place of a user whom a header signs in. */
async function requireSameUser({ request }: ProviderRequest, transaction: Transaction): Promise<void> {
  if (transaction.linkTo === undefined ? !request.headerUser : isLinkTo(transaction, request.record)) return
  await request.transactions.remove(transaction)
  throw signedOutMeanwhile()
}

async function leave(callback: ProviderRequest, transaction: Transaction): Promise<Reply> {
  await callback.request.transactions.remove(transaction)
  return goTo(callback, callback.request.returnTo)
}

/** Whoever joins a login has passed its checks first; one that fails them is over, and has claimed and told nothing. */
async function checkAnswer(
  { engine, request, parameters }: ProviderRequest,
  context: ClientContext,
  transaction: Transaction,
): Promise<void> {
  try {
    await checkCallback(context, transaction, parameters)
  } catch (error) {
    if (!isSilentOutcome(transaction, error)) tellOfRefusedLogin(engine, request, context.slug, error)
    await request.transactions.remove(transaction)
    throw error
  }
}

/** The one result of a login: worked out by the first request that brings it, adopted by those that come beside it. */
async function finishOnce(
  { engine, request, parameters }: ProviderRequest,
  context: ClientContext,
  transaction: Transaction,
): Promise<{ result: CallbackResult; isFirst: boolean }> {
  let isOurs = true
  try {
    const { result, isFirst } = await callbackOnce(engine, transaction, async () => {
      try {
        return await completeLogin(engine, request, { context, transaction, parameters })
      } catch (error) {
        tellOfRefusedLogin(engine, request, context.slug, error)
        throw error
      }
    })
    isOurs = isFirst
    if (!isFirst) request.session.adopt?.(result.record)
    request.record = result.record
    return { result, isFirst }
  } finally {
    // In a session it is the first one's to take out; in a cookie every response says so.
    if (isOurs || engine.settings.transactions === 'cookie') await request.transactions.remove(transaction)
  }
}

/** Goes on to a place that a login remembered. */
export function goTo({ engine, request }: ProviderRequest, asked: string | undefined): Reply {
  // Rule R1 once more: the value has been through a cookie or a store.
  return goOn(wantsJson(request.host), 303, returnToOf(engine, request.publicUrl, asked, engine.settings.afterLogin))
}

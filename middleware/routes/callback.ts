import { callback, stateOf, type LoginResult } from '../../lib/callback.js'
import { createCredentials } from '../../lib/credentials.js'
import { asAuthError, AuthError } from '../../lib/errors.js'
import { randomToken, sha256 } from '../../lib/random.js'
import type { Context, Registration, Transaction } from '../../lib/types.js'
import { redirect, sendJson, sendPage } from '../answers.js'
import type { Engine } from '../engine.js'
import { headerOf, wantsJson } from '../http.js'
import { originOf } from '../origin.js'
import { repostPage } from '../pages.js'
import type { Parameters } from '../parameters.js'
import { mostFinished, type SessionRecord } from '../session.js'
import { contextOf, returnToOf, type Visit } from '../visit.js'

/** Says that a form_post answer has come back from our own page, so that it is posted again only once. */
const repostMarker = 'authrouter_repost'

/** `GET` or `POST /auth/:provider/callback`: ends a login, with everything that may happen twice happening once. */
export async function finishLogin(engine: Engine, visit: Visit, registration: Registration, received: Parameters): Promise<void> {
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
  const stateHash = sha256(state)

  const finished = visit.record?.finished.find((login) => login.stateHash === stateHash)
  if (finished) {
    goOn(engine, visit, finished.returnTo)
    return
  }
  const transaction = await ownTransaction(engine, visit, registration, stateHash, parameters)
  const { record, returnTo } = await landing(engine, visit, stateHash, () => complete(engine, visit, registration, transaction, parameters))
  visit.record = record
  goOn(engine, visit, returnTo)
}

/** The one result of a callback: worked out by the first request that brings it, adopted by those that come beside it. */
async function landing(engine: Engine, visit: Visit, stateHash: string, work: () => Promise<Completed>): Promise<Completed> {
  let isOurs = true
  try {
    const { value, isFirst } = await engine.flights.share(stateHash, work)
    isOurs = isFirst
    if (!isFirst) visit.session.adopt?.(value.record)
    return value
  } finally {
    // In a session it is the first one's to take out; in a cookie every response says so.
    if (isOurs || engine.settings.transactions === 'cookie') await visit.transactions.remove(stateHash)
  }
}

/** Lax cookies stay at home on a cross-site POST: the same fields are posted once more from a page of our own (rule R2). */
function sendRepostPage({ res, place }: Visit, { slug }: Registration, parameters: Parameters): void {
  sendPage(res, 200, repostPage({ action: `${place.mountPath}/${slug}/callback`, fields: { ...parameters, [repostMarker]: '1' } }))
}

async function ownTransaction({ flights }: Engine, { transactions }: Visit, { slug }: Registration, stateHash: string, parameters: Parameters): Promise<Transaction> {
  const transaction = await transactions.find(stateHash)
  const isUsed = flights.hasUsed(stateHash)
  if (transaction && !isUsed) return transaction
  if (isUsed) throw new AuthError('state_used', 'This sign-in has been finished already.')
  // A foreign code in a browser that has a login of its own under way is an attack or a mix-up, and worth its own word.
  if (parameters['error'] === undefined && await transactions.hasOther(slug)) throw new AuthError('state_mismatch', 'The answer belongs to another sign-in.')
  throw new AuthError('state_unknown', 'This sign-in was not started in this browser, or it took longer than ten minutes.')
}

interface Completed { record: SessionRecord; returnTo: string }

async function complete(engine: Engine, visit: Visit, registration: Registration, transaction: Transaction, parameters: Parameters): Promise<Completed> {
  const { slug } = registration
  const context = contextOf(engine, registration, visit.place)
  const { user, tokens, redirect: asked } = await decide(engine, visit, context, await callback(context, transaction, parameters))
  const returnTo = returnToOf(engine, visit.place, asked ?? transaction.returnTo, engine.settings.afterLogin)
  const record = recordOf(engine, visit.record, slug, { user, tokens }, { stateHash: transaction.stateHash, returnTo })
  await visit.session.renew(record, visit.record)
  visit.record = record
  engine.log('info', { event: 'login_finished', provider: slug })
  engine.emit('login', { user, provider: slug })
  return { record, returnTo }
}

type Decided = LoginResult & { redirect: string | undefined }

/** Milliseconds that the application's hook may take. */
const hookTimeout = 10_000

async function decide({ settings }: Engine, { req }: Visit, context: Context, { user, tokens }: LoginResult): Promise<Decided> {
  const { onLogin } = settings.hooks
  if (!onLogin) return { user, tokens, redirect: undefined }
  let current = tokens
  const credentials = createCredentials(context, { read: () => current, write: (renewed) => { current = renewed } })
  let timer: NodeJS.Timeout | undefined
  try {
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => { reject(new Error('onLogin did not answer in time')) }, hookTimeout)
    })
    const decision = await Promise.race([onLogin({ user, tokens, credentials, req }), deadline])
    if (decision === false) throw new AuthError('login_refused', 'This account may not sign in here.')
    if (typeof decision !== 'object' || (decision as unknown) === null) return { user, tokens: current, redirect: undefined }
    // Who the person is at the provider is not the hook's to change.
    const { provider, id, key, raw, loggedInAt } = user
    return { user: { ...user, ...decision.user, provider, id, key, raw, loggedInAt }, tokens: current, redirect: decision.redirect }
  } catch (error) {
    throw asAuthError(error, 'hook_failed', 'The application could not complete the sign-in.')
  } finally {
    clearTimeout(timer)
  }
}

function recordOf({ settings, now }: Engine, previous: SessionRecord | undefined, slug: string, { user, tokens }: LoginResult,
  finished: SessionRecord['finished'][number]): SessionRecord {
  // Another person takes nothing over; the same one keeps the other accounts.
  const isSame = previous?.accounts[slug]?.user.key === user.key
  return {
    version: 1,
    salt: randomToken(16),
    current: slug,
    accounts: { ...(isSame ? previous.accounts : {}), [slug]: { user, tokens } },
    finished: [...previous?.finished ?? [], withShortReturn(finished, settings.afterLogin)].slice(-mostFinished),
    createdAt: now(),
    ...(settings.remember === false ? {} : { expiresAt: now() + settings.remember * 1000 }),
  }
}

/** Characters of a place that is remembered for a callback opened again: five of them travel in a cookie. */
const longestReturn = 256

function withShortReturn({ stateHash, returnTo }: SessionRecord['finished'][number], fallback: string): SessionRecord['finished'][number] {
  return { stateHash, returnTo: returnTo.length <= longestReturn ? returnTo : fallback }
}

function goOn(engine: Engine, visit: Visit, asked: string): void {
  // Rule R1 once more: the value has been through a cookie or a store.
  const location = returnToOf(engine, visit.place, asked, engine.settings.afterLogin)
  if (wantsJson(visit.req)) sendJson(visit.res, 200, { location })
  else redirect(visit.res, 303, location)
}

import { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import { randomToken } from '../../lib/base/random.js'
import { callback, type LoginResult } from '../../lib/callback.js'
import { createCredentials } from '../../lib/client/credentials.js'
import type { LoginDecision } from '../../lib/config/settings.js'
import type { Transaction } from '../../lib/model/login.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import { sealerOf } from '../../lib/tokens/sealedCredentials.js'
import type { Engine } from '../core/engine.js'
import { tellOfLogin } from '../core/events.js'
import { rememberedFor } from '../core/expiry.js'
import { callHook } from '../core/hooks.js'
import { presentRecord, returnToOf, type RequestContext } from '../core/requestContext.js'
import { type Account, type FinishedLogin, maxFinished, type SessionRecord } from '../core/sessionRecord.js'
import type { Parameters } from '../http/parameters.js'
import { markEnded } from '../sessions/endedMarks.js'
import { dropSession, noteSession } from '../sessions/userSessions.js'
import { removeTokens } from '../tokens/removeTokens.js'
import { saveTokens } from '../tokens/saveTokens.js'
import type { CallbackResult } from './callbackOnce.js'

/**
 * The end of a login: its code is redeemed, `onLogin` decides, tokens and session are stored, and only then somebody is signed in.
 * @throws AuthError what `callback`, the hooks and the stores throw; nobody is signed in then
 */
export async function completeLogin(
  engine: Engine,
  request: RequestContext,
  context: ClientContext,
  transaction: Transaction,
  parameters: Parameters,
): Promise<CallbackResult> {
  const { slug } = context
  const { user, tokens, redirect: asked } = await decide(engine, request, context, await callback(context, transaction, parameters))
  const returnTo = returnToOf(engine, request.publicUrl, asked ?? transaction.returnTo, engine.settings.afterLogin)
  const previous = presentRecord(engine, request)
  const record = loginRecord(engine, previous, slug, await saveTokens(engine, request, context, user, tokens), transaction, returnTo)
  try {
    await noteSession(engine, record)
    await request.session.start(record, previous)
  } catch (error) {
    engine.background(removeTokens(engine, request.host, record, request.stored))
    throw error
  }
  const { stored: former } = request
  if (former) engine.ended.add(former.salt)
  request.record = record
  request.stored = record
  request.tokens = new Map([...request.tokens, [slug, { tokens }]])
  if (former) engine.background(forgetReplaced(engine, request, former, record))
  tellOfLogin(engine, user)
  return { record, returnTo }
}

async function forgetReplaced(engine: Engine, { host }: RequestContext, former: SessionRecord, record: SessionRecord): Promise<void> {
  await markEnded(engine, former)
  await removeTokens(engine, host, former, record)
  await dropSession(engine, former)
}

interface Decided {
  user: AuthUser
  tokens: Tokens | undefined
  redirect: string | undefined
}

async function decide(
  { settings, sealer }: Engine,
  { host }: RequestContext,
  context: ClientContext,
  { user, tokens }: LoginResult,
): Promise<Decided> {
  const { onLogin } = settings.hooks
  if (!onLogin) return { user, tokens, redirect: undefined }
  let current = tokens
  const credentials = createCredentials(context, {
    source: {
      current: () => current,
      save: (changed) => {
        current = changed
      },
    },
    seal: sealerOf(sealer, context, { user }),
  })
  // No protocol that applications can configure today comes without tokens; the first that does widens the type of the hook.
  const given = tokens as Readonly<Tokens>
  const decision: unknown = await callHook(
    'onLogin',
    () => onLogin({ user, tokens: given, credentials, req: host.native }),
    'The application could not complete the sign-in.',
  )
  // What a look-up that found nobody gives, such as null, must not let anybody in.
  if (decision !== undefined && decision !== true && !isDecision(decision))
    throw new AuthError('login_refused', 'This account may not sign in here.')
  if (!isDecision(decision)) return { user, tokens: current, redirect: undefined }
  // Who the person is at the provider is not the hook's to change.
  const { provider, id, key, raw, loggedInAt } = user
  return { user: { ...user, ...decision.user, provider, id, key, raw, loggedInAt }, tokens: current, redirect: decision.redirect }
}

function isDecision(value: unknown): value is Exclude<LoginDecision, boolean | void | undefined> {
  return isObject(value)
}

/** What a session remembers after a login: the account, beside the other ones of the same person, and where the login led. */
function loginRecord(
  { settings, now }: Engine,
  previous: SessionRecord | undefined,
  slug: string,
  account: Account,
  { stateHash, remember, stepUp }: Transaction,
  returnTo: string,
): SessionRecord {
  // Another person takes nothing over; the same one keeps the other accounts.
  const isSame = previous?.accounts[slug]?.user.key === account.user.key
  const lifetime = rememberedFor(settings, remember)
  const finished = { slug, stateHash, returnTo, ...(stepUp === undefined ? {} : { stepUp, at: now() }) }
  return {
    version: 1,
    salt: randomToken(16),
    current: slug,
    accounts: { ...(isSame ? previous.accounts : {}), [slug]: account },
    finished: [...(previous?.finished ?? []), shortened(finished, settings.afterLogin)].slice(-maxFinished),
    createdAt: now(),
    ...(lifetime === undefined ? {} : { expiresAt: now() + lifetime * 1000, rememberedFor: lifetime }),
  }
}

/** Characters of a place that is remembered for a callback opened again: five of them travel in a cookie. */
const maxReturn = 256

function shortened(login: FinishedLogin, fallback: string): FinishedLogin {
  return { ...login, returnTo: login.returnTo.length <= maxReturn ? login.returnTo : fallback }
}

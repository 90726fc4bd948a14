import { AuthError } from '../../lib/base/errors.js'
import { randomToken } from '../../lib/base/random.js'
import { callback, type LoginResult } from '../../lib/callback.js'
import type { Context } from '../../lib/model/context.js'
import type { Transaction } from '../../lib/model/login.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import type { UserId } from '../../lib/stores/userStore.js'
import { withAccount } from '../accounts/accounts.js'
import { addToUser, findUser, isAccountOf, isSameUser, keepUser } from '../accounts/users.js'
import { signedOutMeanwhile } from '../core/endedSessions.js'
import type { Engine } from '../core/engine.js'
import { tellOfLink, tellOfLogin } from '../core/events.js'
import { rememberedFor } from '../core/expiry.js'
import { presentRecord, returnToOf, type RequestContext } from '../core/requestContext.js'
import { type Account, type FinishedLogin, maxFinished, type SessionRecord } from '../core/sessionRecord.js'
import type { Parameters } from '../http/parameters.js'
import { lastingRecord } from '../sessions/endedMarks.js'
import { lastingSession } from '../sessions/headers/lastingSession.js'
import { providerNames } from '../sessions/lists/providerNames.js'
import { continueSession, replaceSession } from '../sessions/replaceSession.js'
import { keepRefreshToken } from '../tokens/keepRefreshToken.js'
import { type SavedAccount, saveTokens } from '../tokens/saveTokens.js'
import { endUserAccess } from '../tokens/userTokens.js'
import type { CallbackResult } from './callbackOnce.js'
import { decideLink, decideLogin } from './decide.js'
import { isLinkTo } from './linkTo.js'
import { withUsersAccounts } from './usersAccounts.js'

/** A callback that has passed its checks. */
export interface CheckedCallback {
  context: ClientContext
  transaction: Transaction
  parameters: Parameters
}

/**
 * The end of a login: its code is redeemed, `onLogin` or `onLink` decides, tokens and session are stored, and only then somebody is
 * signed in, or has another account.
 * @throws AuthError what `callback`, the hooks and the stores throw; nothing has changed then
 */
export async function completeLogin(engine: Engine, request: RequestContext, checked: CheckedCallback): Promise<CallbackResult> {
  return checked.transaction.linkTo === undefined ? await signIn(engine, request, checked) : await link(engine, request, checked)
}

async function signIn(engine: Engine, request: RequestContext, checked: CheckedCallback): Promise<CallbackResult> {
  const { context, transaction, parameters } = checked
  const { userStore } = engine.settings
  const result = await keepRefreshToken(engine, request, context, await callback(context, transaction, parameters))
  const found = userStore && (await findUser(engine, userStore, result.user))
  const facts = { state: transaction.state, isNew: userStore && !found }
  const { user, tokens, redirect } = await decideLogin(engine, request, context, result, facts)
  const stored = userStore && (await keepUser(userStore, user, found))
  const returnTo = returnToOf(engine, request.publicUrl, redirect ?? transaction.returnTo, engine.settings.afterLogin)
  const before = presentRecord(engine, request)
  // Other accounts are taken along out of a session that is still there.
  const previous = before && takesAlong(before, user.key, stored?.id) ? await lastingRecord(engine, request) : before
  const saved = await saveTokens(engine, request, context, user, tokens, stored?.id)
  await requireTheirs(engine, context, saved.account, stored?.id)
  const account = named(saved.account, context, result)
  const login = loginRecord(engine, previous, account, { transaction, returnTo, userId: stored?.id })
  const { record, found: others } = await withUsersAccounts(engine, request, login)
  await replaceSession(engine, request, record, previous)
  request.user = stored?.row
  request.tokens = new Map([...request.tokens, ...others, [user.key, { tokens: saved.tokens }]])
  tellOfLogin(engine, user)
  return { record, returnTo }
}

async function link(engine: Engine, request: RequestContext, checked: CheckedCallback): Promise<CallbackResult> {
  const { context, transaction, parameters } = checked
  const { userStore } = engine.settings
  const result = await keepRefreshToken(engine, request, context, await callback(context, transaction, parameters))
  // Asked again: the provider has taken its time, and a sign-out has the last word.
  const previous = await lastingRecord(engine, request)
  const to = previous?.accounts[previous.current]?.user
  if (!previous || !to || !isLinkTo(transaction, previous)) throw signedOutMeanwhile()
  // What a guard asks of an account is not done with another one, which whoever is at the browser may have.
  if (transaction.stepUp !== undefined && !Object.hasOwn(previous.accounts, result.user.key)) throw anotherAccount()
  const { user, tokens } = await decideLink(engine, request, context, result, to)
  const takeBack = userStore && (await addToUser(userStore, previous, user, (userId) => endUserAccess(engine, user.key, userId, context)))
  const returnTo = returnToOf(engine, request.publicUrl, transaction.returnTo, engine.settings.afterLogin)
  const finished = finishedLogins(engine, previous, transaction, returnTo)
  const begun = await lastingSession(engine, request, previous)
  let record: SessionRecord
  let saved: SavedAccount
  try {
    saved = await saveTokens(engine, request, context, user, tokens, previous.userId)
    await requireTheirs(engine, context, saved.account, previous.userId)
    const account = named(saved.account, context, result)
    record = { ...begun, salt: randomToken(16), accounts: withAccount(begun.accounts, account), finished }
    await continueSession(engine, request, record, previous)
  } catch (error) {
    if (takeBack) engine.background(takeBack())
    throw error
  }
  request.tokens = new Map([...request.tokens, [user.key, { tokens: saved.tokens }]])
  tellOfLink(engine, to, user)
  return { record, returnTo }
}

/** An account that the provider can sign out, by the names that it has for this login. */
function named(account: Account, context: ClientContext, { session }: LoginResult): Account {
  const names = session && Object.values(providerNames(context, session))
  return names ? { ...account, logoutNames: names } : account
}

/**
 * Asks whether an account is still the user's now that its tokens are: what removes a user or an account looks for tokens afterwards, and
 * one of the two has seen the other.
 * @throws AuthError `user_mismatch`; the tokens have ended then
 */
async function requireTheirs(
  engine: Engine,
  context: Context,
  { user: { key }, keptBy }: Account,
  userId: UserId | undefined,
): Promise<void> {
  const { userStore } = engine.settings
  if (!userStore || userId === undefined || keptBy !== 'user' || (await isAccountOf(userStore, key, userId))) return
  await endUserAccess(engine, key, userId, context)
  throw signedOutMeanwhile()
}

function anotherAccount(): AuthError {
  return new AuthError('user_mismatch', 'You have signed in with another account than the one that was asked for. Nothing was changed.')
}

/** Whether a login is the same user's as the session before: another user takes nothing over. */
function isSameLogin(previous: SessionRecord, key: string, userId: UserId | undefined): boolean {
  return userId === undefined ? previous.accounts[key] !== undefined : isSameUser(previous.userId, userId)
}

/** Whether a login takes over other accounts that are there. */
function takesAlong(previous: SessionRecord, key: string, userId: UserId | undefined): boolean {
  return isSameLogin(previous, key, userId) && Object.keys(previous.accounts).some((other) => other !== key)
}

/** How a login ended. */
interface Ending {
  transaction: Transaction
  returnTo: string
  /** Of the application's user. */
  userId: UserId | undefined
}

/** What a session remembers after a login: the account, beside the other ones of the same user, and where the login led. */
function loginRecord(engine: Engine, previous: SessionRecord | undefined, account: Account, ending: Ending): SessionRecord {
  const { settings, now } = engine
  const { transaction, returnTo, userId } = ending
  const { key } = account.user
  const same = previous && isSameLogin(previous, key, userId) ? previous : undefined
  const lifetime = rememberedFor(settings, transaction.remember)
  return {
    version: 2,
    salt: randomToken(16),
    loginKey: same?.loginKey ?? key,
    ...(userId === undefined ? {} : { userId }),
    current: key,
    accounts: withAccount(same?.accounts ?? {}, account),
    finished: finishedLogins(engine, previous, transaction, returnTo),
    createdAt: now(),
    ...(same ? { begunAt: same.begunAt ?? same.createdAt } : {}),
    ...(lifetime === undefined ? {} : { expiresAt: now() + lifetime * 1000, rememberedFor: lifetime }),
  }
}

function finishedLogins(
  { settings, now }: Engine,
  previous: SessionRecord | undefined,
  { slug, stateHash, stepUp }: Transaction,
  returnTo: string,
): FinishedLogin[] {
  const finished = { slug, stateHash, returnTo, ...(stepUp === undefined ? {} : { stepUp, at: now() }) }
  return [...(previous?.finished ?? []), shortened(finished, settings.afterLogin)].slice(-maxFinished)
}

/** Characters of a place that is remembered for a callback opened again: five of them travel in a cookie. */
const maxReturn = 256

function shortened(login: FinishedLogin, fallback: string): FinishedLogin {
  return { ...login, returnTo: login.returnTo.length <= maxReturn ? login.returnTo : fallback }
}

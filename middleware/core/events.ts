import { createHmac } from 'node:crypto'
import { AuthError, type AuthErrorCode } from '../../lib/base/errors.js'
import type { TokensEvent } from '../../lib/config/hooks.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { HostRequest } from '../http/host.js'
import type { Engine } from './engine.js'
import { callHook } from './hooks.js'
import { failureEvent, hookFailed, type LogEvent } from './logging.js'
import type { RequestContext } from './requestContext.js'
import type { SessionRecord } from './sessionRecord.js'

// What happens is told in one place each: to the log, the listeners and the hook, in this order. What has happened has happened, so a hook
// that fails is an entry of the log and nobody's error. The log names nobody: it has digests, by which entries of one user are found
// (docs/accounts.md, "The audit trail").

/** Tells of a login that is finished. `hooks.onLogin` decided about it before. */
export function tellOfLogin(engine: Engine, user: AuthUser): void {
  const { provider } = user
  audit(engine, { event: 'login', provider }, { user })
  engine.emit('login', { user, provider })
}

/** Tells of an account that was added to a user. `hooks.onLink` decided about it before. */
export function tellOfLink(engine: Engine, user: AuthUser, account: AuthUser): void {
  const { provider } = account
  audit(engine, { event: 'link', provider }, { user, account })
  engine.emit('link', { user, account, provider })
}

/** Tells of an account that was taken from a user; resolves when `hooks.onUnlink` has answered. */
export async function tellOfUnlink(engine: Engine, { native: req }: HostRequest, user: AuthUser, account: AuthUser): Promise<void> {
  const { provider } = account
  const { onUnlink } = engine.settings.hooks
  audit(engine, { event: 'unlink', provider }, { user, account })
  if (onUnlink) await hooked(engine, 'onUnlink', () => onUnlink({ user, account, req }), provider)
}

/** Tells of a sign-out; resolves when `hooks.onLogout` has answered. */
export async function tellOfLogout(engine: Engine, { native: req }: HostRequest, user: AuthUser): Promise<void> {
  const { provider } = user
  const { onLogout } = engine.settings.hooks
  audit(engine, { event: 'logout', provider }, { user })
  engine.emit('logout', { user, provider })
  if (onLogout) await hooked(engine, 'onLogout', () => onLogout({ user, req }), provider)
}

/** Tells of one account that was signed out, while its user stays signed in with others. */
export function tellOfAccountLogout(engine: Engine, { accounts, current }: SessionRecord, key: string): void {
  const account = accounts[key]?.user
  audit(engine, { event: 'logout', provider: account?.provider }, { user: accounts[current]?.user, account })
}

/**
 * Tells of a session that its provider has ended: of a user who is not there to be asked, so that there is no listener and no hook for it.
 * @param user digest of the account that was signed in
 */
export function tellOfProviderLogout(engine: Engine, provider: string, user: string | undefined): void {
  engine.log('info', { event: 'logout', provider, user, endedBy: 'provider' })
}

/**
 * Tells of a user who was deleted.
 * @param keys of their accounts
 */
export function tellOfForgottenUser(engine: Engine, keys: readonly string[]): void {
  engine.log('info', { event: 'user_forgotten', accounts: keys.map((key) => digestOf(engine, key)) })
}

/** Tells of a session that has become another user's. */
export function tellOfSwitch(engine: Engine, previous: AuthUser | undefined, user: AuthUser | undefined): void {
  audit(engine, { event: 'user_switched', provider: user?.provider }, { user, previous })
}

const refusals: Partial<Record<AuthErrorCode, string>> = {
  access_denied: 'login_refused',
  login_refused: 'login_refused',
  forbidden: 'login_refused',
  link_conflict: 'link_conflict',
}

/**
 * Tells of a login that the user or the application has refused, or that brought another user's account. What else went wrong is told as
 * a failure alone.
 */
export function tellOfRefusedLogin(engine: Engine, { record, account }: RequestContext, provider: string, error: unknown): void {
  const event = error instanceof AuthError ? refusals[error.code] : undefined
  if (event === undefined) return
  const { code } = error as AuthError
  audit(engine, { event, provider, code }, { user: record?.accounts[record.current]?.user, account })
}

/**
 * Tells of refreshed tokens; resolves when `hooks.onTokens` has answered.
 * @param isStored whether `onTokens` has been called to store them
 */
export async function tellOfTokens(engine: Engine, event: TokensEvent, { isStored }: { isStored: boolean }): Promise<void> {
  const { onTokens } = engine.settings.hooks
  engine.emit('token_update', { user: event.user, provider: event.slug })
  if (onTokens && !isStored) await hooked(engine, 'onTokens', () => onTokens(event), event.slug)
}

/** Tells of an account whose provider refuses to refresh its tokens. Whoever made the call is told by its error. */
export function tellOfRefusal(engine: Engine, user: Partial<AuthUser>, provider: string, error: AuthError): void {
  engine.log('warn', { ...failureEvent('access_refused', error), provider })
  engine.emit('error', { error, provider, user })
}

/** Tells of a failure; the answer does not wait for `hooks.onError`. */
export function tellOfError(engine: Engine, error: AuthError, { host, slug }: { host: HostRequest; slug: string | undefined }): void {
  error.provider ??= slug
  const { status, provider } = error
  const { onError } = engine.settings.hooks
  engine.log(status >= 500 ? 'error' : 'warn', failureEvent('login_failed', error))
  engine.emit('error', { error, provider })
  if (onError) void Promise.resolve().then(() => hooked(engine, 'onError', () => onError({ error, req: host.native })))
}

async function hooked(engine: Engine, name: string, run: () => unknown, provider?: string): Promise<void> {
  try {
    await callHook(name, run)
  } catch (thrown) {
    engine.log('error', hookFailed(name, thrown, provider))
  }
}

/** Whom an entry of the log is about. */
type Whom = Partial<Record<'user' | 'account' | 'previous', Pick<AuthUser, 'key'> | undefined>>

function audit(engine: Engine, event: LogEvent, whom: Whom): void {
  engine.log('info', () => {
    const digests = Object.entries(whom).map(([role, one]) => [role, one && digestOf(engine, one.key)] as const)
    return { ...event, ...Object.fromEntries(digests) }
  })
}

/** HMAC-SHA256 of a key, cut to 8 bytes (rule R6): who reads the log cannot try keys, as with a plain digest. */
export function digestOf({ sealer }: Engine, key: string): string {
  return createHmac('sha256', sealer.macKey('log')).update(key).digest('hex').slice(0, 16)
}

import type { AuthError } from '../../lib/base/errors.js'
import type { TokensEvent } from '../../lib/config/hooks.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { HostRequest } from '../http/host.js'
import type { Engine } from './engine.js'
import { callHook } from './hooks.js'
import { failureEvent, hookFailed } from './logging.js'

// What happens is told in one place each: to the log, the listeners and the hook, in this order. What has happened has happened, so a hook
// that fails is an entry of the log and nobody's error.

/** Tells of a login that is finished. `hooks.onLogin` decided about it before. */
export function tellOfLogin(engine: Engine, user: AuthUser): void {
  const { provider } = user
  engine.log('info', { event: 'login_finished', provider })
  engine.emit('login', { user, provider })
}

/** Tells of an account that was added to a user. `hooks.onLink` decided about it before. */
export function tellOfLink(engine: Engine, user: AuthUser, account: AuthUser): void {
  const { provider } = account
  engine.log('info', { event: 'account_linked', provider })
  engine.emit('link', { user, account, provider })
}

/** Tells of an account that was taken from a user; resolves when `hooks.onUnlink` has answered. */
export async function tellOfUnlink(engine: Engine, { native: req }: HostRequest, user: AuthUser, account: AuthUser): Promise<void> {
  const { provider } = account
  const { onUnlink } = engine.settings.hooks
  engine.log('info', { event: 'account_unlinked', provider })
  if (onUnlink) await hooked(engine, 'onUnlink', () => onUnlink({ user, account, req }), provider)
}

/** Tells of a sign-out; resolves when `hooks.onLogout` has answered. */
export async function tellOfLogout(engine: Engine, { native: req }: HostRequest, user: AuthUser): Promise<void> {
  const { provider } = user
  const { onLogout } = engine.settings.hooks
  engine.log('info', { event: 'logout', provider })
  engine.emit('logout', { user, provider })
  if (onLogout) await hooked(engine, 'onLogout', () => onLogout({ user, req }), provider)
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

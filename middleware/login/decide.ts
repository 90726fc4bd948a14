import { AuthError } from '../../lib/base/errors.js'
import { isObject } from '../../lib/base/json.js'
import type { LoginResult } from '../../lib/callback.js'
import { createCredentials, type Credentials } from '../../lib/client/credentials.js'
import type { LoginDecision } from '../../lib/config/hooks.js'
import type { Tokens } from '../../lib/model/tokens.js'
import type { AuthUser } from '../../lib/model/user.js'
import type { ClientContext } from '../../lib/refresh/refresher.js'
import { sealerOf } from '../../lib/tokens/sealedCredentials.js'
import type { Engine } from '../core/engine.js'
import { callHook } from '../core/hooks.js'
import type { RequestContext } from '../core/requestContext.js'

/** What a login, or a link, comes to once the application has agreed. */
export interface Decided {
  user: AuthUser
  tokens: Tokens | undefined
  /** Where the hook wants the browser to go. */
  redirect: string | undefined
}

/** What `onLogin` is told besides who signs in. */
export interface LoginFacts {
  /** What the application gave this login. */
  state: unknown
  /** Whether it makes a new user; `undefined` without a user store. */
  isNew: boolean | undefined
}

/**
 * Asks `hooks.onLogin` about a login.
 * @throws AuthError `login_refused`, `hook_failed`, or what the hook throws
 */
export async function decideLogin(
  engine: Engine,
  request: RequestContext,
  context: ClientContext,
  result: LoginResult,
  facts: LoginFacts,
): Promise<Decided> {
  const { user, tokens } = result
  request.account = user
  const { onLogin } = engine.settings.hooks
  if (!onLogin) return { user, tokens, redirect: undefined }
  const { credentials, current } = credentialsOf(engine, context, result)
  const decision: unknown = await callHook(
    'onLogin',
    () => onLogin({ user, tokens, credentials, req: request.host.native, ...facts }),
    'The application could not complete the sign-in.',
  )
  // What a look-up that found nobody gives, such as null, must not let anybody in.
  if (decision !== undefined && decision !== true && !isDecision(decision))
    throw new AuthError('login_refused', 'This account may not sign in here.')
  if (!isDecision(decision)) return { user, tokens: current(), redirect: undefined }
  // Who the user is at the provider is not the hook's to change.
  const { provider, id, key, raw, loggedInAt } = user
  return { user: { ...user, ...decision.user, provider, id, key, raw, loggedInAt }, tokens: current(), redirect: decision.redirect }
}

/**
 * Asks `hooks.onLink` whether an account may be added.
 * @param to who is signed in
 * @throws AuthError `login_refused`, `hook_failed`, or what the hook throws
 */
export async function decideLink(
  engine: Engine,
  request: RequestContext,
  context: ClientContext,
  result: LoginResult,
  to: AuthUser,
): Promise<Decided> {
  const { user: account, tokens } = result
  request.account = account
  const { onLink } = engine.settings.hooks
  if (!onLink) return { user: account, tokens, redirect: undefined }
  const { credentials, current } = credentialsOf(engine, context, result)
  const decision: unknown = await callHook(
    'onLink',
    () => onLink({ user: to, account, credentials, req: request.host.native }),
    'The application could not add the account.',
  )
  if (decision !== undefined && decision !== true) throw new AuthError('login_refused', 'This account may not be added here.')
  return { user: account, tokens: current(), redirect: undefined }
}

function credentialsOf(
  { sealer }: Engine,
  context: ClientContext,
  { user, tokens }: LoginResult,
): { credentials: Credentials; current: () => Tokens | undefined } {
  let held = tokens
  const source = {
    current: () => held,
    save: (changed: Tokens | undefined): void => {
      held = changed
    },
  }
  return { credentials: createCredentials(context, { source, seal: sealerOf(sealer, context, { user }) }), current: source.current }
}

function isDecision(value: unknown): value is Exclude<LoginDecision, boolean | void | undefined> {
  return isObject(value)
}

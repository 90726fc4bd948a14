import { asAuthError } from '../../lib/base/errors.js'
import { randomToken, sha256 } from '../../lib/base/random.js'
import { endSessionAddress } from '../../lib/logout.js'
import { isBoundTo } from '../../lib/tokens/binding.js'
import type { Engine } from '../core/engine.js'
import { failureEvent } from '../core/logging.js'
import { contextOf, isHeaderAccount, returnToOf, type RequestContext } from '../core/requestContext.js'
import type { SessionRecord } from '../core/sessionRecord.js'
import { endSession } from './endSession.js'
import { type AwaitedLogout, forgetLogout, keepLogout, type LeftAccount } from './awaitedLogout.js'
import { leaveAccount } from './unlinkAccount.js'

/** What is asked of a sign-out that goes on at the provider. */
export interface ProviderLogoutOptions {
  /** Whether all sessions of the user end here, in every browser. */
  everywhere?: boolean | undefined
  /** Of the one account that is signed out; all of them unless given. */
  key?: string | undefined
  /** As it was asked for. */
  returnTo?: unknown
  logoutHint?: string | undefined
  uiLocales?: string | undefined
}

/**
 * Ends the session of a request, and says where to send the browser so that the providers of its accounts end theirs, one after the other:
 * the current account's first. A provider that has no address for it, or cannot be asked for it, is passed over.
 *
 * @returns an address of a provider, else where to go on to here
 * @throws AuthError what ending the session throws
 */
export async function endSessionAtProviders(engine: Engine, request: RequestContext, options: ProviderLogoutOptions): Promise<string> {
  const { everywhere, key, returnTo, logoutHint, uiLocales } = options
  const accounts = leftAccounts(request, key)
  // First of all, and whatever becomes of the rest.
  if (key === undefined) await endSession(engine, request, { everywhere: everywhere === true })
  else await leaveAccount(engine, request, key)
  const place = returnTo === undefined ? undefined : returnToOf(engine, request.publicUrl, returnTo, engine.settings.afterLogout)
  return await nextLocation(engine, request, { accounts, returnTo: place, logoutHint, uiLocales })
}

/** The accounts that a sign-out is of, the current one first, then the latest; that of a header last, since its proxy sends nobody back. */
function leftAccounts(request: RequestContext, key: string | undefined): LeftAccount[] {
  const { record, registrations, tokens } = request
  const stored = request.stored ?? record
  if (!stored) return []
  const keys = key === undefined ? allKeys(stored) : [key]
  const isHeader = (name: string): boolean => isHeaderAccount(request, name)
  return [...keys.filter((name) => !isHeader(name)), ...keys.filter(isHeader)].flatMap((name) => {
    const account = stored.accounts[name]
    // Accounts of other entries are not this request's to speak of (rule R10).
    if (!account || !registrations.has(name)) return []
    const { binding, parameters, user } = account
    const idToken = tokens.get(name)?.tokens?.idToken ?? account.tokens?.idToken
    return [
      { slug: user.provider, binding, ...(parameters === undefined ? {} : { parameters }), ...(idToken === undefined ? {} : { idToken }) },
    ]
  })
}

function allKeys({ accounts, current }: SessionRecord): string[] {
  const others = Object.keys(accounts).filter((key) => key !== current)
  return [current, ...others.reverse()]
}

/** What is left of a sign-out. */
export type Remaining = Pick<AwaitedLogout, 'accounts' | 'returnTo' | 'logoutHint' | 'uiLocales'>

/** Where the browser goes next: to the provider of the first of these accounts that has an address for it, else to where it wanted to go. */
export async function nextLocation(engine: Engine, request: RequestContext, { accounts, ...remaining }: Remaining): Promise<string> {
  const { publicUrl, cookies } = request
  const [account, ...others] = accounts
  if (!account) {
    forgetLogout(engine, cookies)
    // Once more by rule R1, because it has been in the browser's hands.
    return returnToOf(engine, publicUrl, remaining.returnTo, engine.settings.afterLogout)
  }
  const { logoutHint, ...rest } = remaining
  const state = randomToken()
  const location = await locationAt(engine, request, account, { state, logoutHint, uiLocales: rest.uiLocales })
  if (location === undefined) return await nextLocation(engine, request, { accounts: others, ...rest })
  // A proxy sends nobody back.
  if (engine.headerEntries.some(({ slug }) => slug === account.slug)) forgetLogout(engine, cookies)
  else keepLogout(engine, cookies, { ...rest, accounts: others, stateHash: sha256(state), createdAt: engine.now() })
  engine.log('info', { event: 'provider_logout_started', provider: account.slug })
  return location
}

async function locationAt(
  engine: Engine,
  request: RequestContext,
  { slug, binding, parameters, idToken }: LeftAccount,
  asked: { state: string; logoutHint: string | undefined; uiLocales: string | undefined },
): Promise<string | undefined> {
  const { publicUrl, host } = request
  try {
    const entry = await engine.find(slug, host)
    const registration = entry && (await engine.choose(entry, parameters, 'account'))
    // Nobody else's provider gets to see the ID Token (rule R10).
    if (!registration || !isBoundTo(binding, registration)) return undefined
    return await endSessionAddress(contextOf(engine, registration, publicUrl), {
      ...asked,
      postLogoutRedirectUri: logoutReturnUri(publicUrl),
      idToken,
    })
  } catch (thrown) {
    const error = asAuthError(thrown, 'discovery_failed', 'The provider could not be asked where users sign out.')
    engine.log('warn', { ...failureEvent('provider_logout_failed', error), provider: slug })
    return undefined
  }
}

/** Where providers send the browser back to: what is to be registered with them as `post_logout_redirect_uri`. */
function logoutReturnUri({ origin, mountPath }: RequestContext['publicUrl']): string {
  return `${origin}${mountPath}/logout/callback`
}

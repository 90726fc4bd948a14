import { AuthError } from './base/errors.js'
import { equalInConstantTime, sha256 } from './base/random.js'
import { targetOf } from './login.js'
import { providerSessionOf } from './logout.js'
import type { Context } from './model/context.js'
import { type CallbackParameters, type Transaction, transactionLifetime } from './model/login.js'
import type { RawProfile } from './model/profile.js'
import type { ProviderSession, TokenSet } from './model/protocol.js'
import type { ResolvedProvider } from './model/provider.js'
import type { Tokens } from './model/tokens.js'
import type { AuthUser } from './model/user.js'
import { toUser } from './profile.js'
import { withFacts } from './protocols/facts.js'
import { loadProtocol } from './protocols/index.js'
import { loginFacts, noTokens } from './protocols/userinfo.js'

export interface LoginResult {
  user: AuthUser
  /** Absent where the provider only says who somebody is. */
  tokens?: Tokens
  /** How the provider calls the session of this login, where it can end it. */
  session?: ProviderSession
}

/**
 * All that is checked of a callback before its code is redeemed: state, age, provider, then issuer, error and code. One check, one name.
 *
 * @param transaction what phase 1 gave, kept for this browser
 * @param parameters of the callback, each at most once
 * @returns the parameters that count: of an answer that is signed as a whole, those that were signed
 * @throws AuthError with the code of the first check that fails; `discovery_failed`
 */
export async function checkCallback(
  context: Context,
  transaction: Transaction,
  parameters: CallbackParameters,
): Promise<CallbackParameters> {
  const protocol = await loadProtocol(context.provider)
  checkState(transaction, protocol.state(parameters, context.provider))
  checkAge(transaction, context.now())
  checkProvider(transaction, context)
  return await protocol.checkResponse(context, { type: 'authorization_code', transaction, parameters })
}

/**
 * Phase 2 of a login: from what the browser brought back to a user, with tokens if there are any. Checks all of it first.
 *
 * @param transaction what phase 1 gave, kept for this browser
 * @param parameters of the callback, each at most once
 * @throws AuthError with the code of the first check that fails
 */
export async function callback(context: Context, transaction: Transaction, parameters: CallbackParameters): Promise<LoginResult> {
  const tokenSet = await exchange(context, transaction, await checkCallback(context, transaction, parameters))
  return resultOf(context, tokenSet)
}

/**
 * The user whom the answer to a grant speaks for, with the tokens.
 * @throws AuthError what fetching the profile throws
 */
export async function resultOf(context: Context, tokenSet: TokenSet): Promise<LoginResult> {
  const raw = await fetchUserinfo(context, tokenSet)
  const user = toUser(raw, {
    slug: context.slug,
    issuer: issuerOfKey(context, tokenSet),
    profile: context.provider.profile ?? {},
    claims: tokenSet.claims,
    now: context.now(),
  })
  const session = providerSessionOf(context, tokenSet)
  return {
    user,
    ...(tokenSet.tokens ? { tokens: withFacts(context, tokenSet.tokens, tokenSet, { raw }) } : {}),
    ...(session ? { session } : {}),
  }
}

/**
 * Whose id it is, where the slug alone does not say so: an entry that a lookup gave may be another's elsewhere, one that asks is many, and
 * one document may speak for many issuers (`{tenantid}`), of which the verified ID Token names one.
 */
function issuerOfKey({ provider, fromLookup, chosen, chosenPath = '' }: Context, { claims }: TokenSet): string | undefined {
  const { issuer, apiBaseUrl, userinfoEndpoint, tokenEndpoint, identifier, ownProtocol } = provider
  const named = claims?.['iss'] ?? issuer
  if (!fromLookup && chosen === undefined && named === issuer) return undefined
  if (typeof named === 'string') return named.replace(/^https:\/\//, '')
  const address =
    apiBaseUrl
    ?? userinfoEndpoint
    ?? tokenEndpoint
    ?? (fromLookup ? identifier : undefined)
    ?? (ownProtocol && provider.authorizationEndpoint)
  return address && new URL(address).host + chosenPath
}

/** The value by which a callback names its login, such as `state`. */
export async function stateOf(provider: ResolvedProvider, parameters: CallbackParameters): Promise<string | undefined> {
  return (await loadProtocol(provider)).state(parameters, provider)
}

/** The HTTP methods that a callback of a provider may come by. */
export async function callbackMethods(provider: ResolvedProvider): Promise<readonly string[]> {
  return (await loadProtocol(provider)).callbackMethods(provider)
}

function checkState({ stateHash, slug }: Transaction, state: string | undefined): void {
  if (state === undefined || state === '')
    throw new AuthError('state_missing', 'The answer does not say which sign-in it belongs to.', { provider: slug })
  if (!equalInConstantTime(sha256(state), stateHash))
    throw new AuthError('state_mismatch', 'The answer belongs to another sign-in.', { provider: slug })
}

function checkAge(transaction: Transaction, now: number): void {
  if (isTooOld(transaction, now))
    throw new AuthError('state_expired', 'The sign-in took longer than ten minutes.', { provider: transaction.slug })
}

/** Whether a login was started too long ago to be finished. */
export function isTooOld({ createdAt }: Transaction, now: number): boolean {
  // Turned round, so that a time that is missing counts as too old.
  return !(now - createdAt <= transactionLifetime)
}

function checkProvider(transaction: Transaction, context: Context): void {
  const same = transaction.slug === context.slug && equalInConstantTime(transaction.target, targetOf(context))
  if (!same) throw new AuthError('provider_mismatch', 'The sign-in was started with another provider.', { provider: context.slug })
}

async function exchange(context: Context, transaction: Transaction, parameters: CallbackParameters): Promise<TokenSet> {
  const protocol = await loadProtocol(context.provider)
  return protocol.exchange(context, { type: 'authorization_code', transaction, parameters })
}

/**
 * The provider's profile, after the hook `userinfo`.
 * @throws AuthError `provider_error`, `provider_bad_response`, `provider_timeout`; `idtoken_invalid` for a profile of somebody else
 */
export async function fetchUserinfo(context: Context, tokenSet: TokenSet): Promise<RawProfile> {
  const protocol = await loadProtocol(context.provider)
  const raw = await protocol.userinfo(context, tokenSet)
  return context.provider.hooks?.userinfo?.(raw, tokenSet.tokens ?? noTokens, loginFacts(context, tokenSet)) ?? raw
}

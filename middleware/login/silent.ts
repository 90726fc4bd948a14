import { AuthError } from '../../lib/base/errors.js'
import type { Transaction } from '../../lib/model/login.js'
import type { Engine } from '../core/engine.js'

/** OpenID Connect Core section 3.1.2.6, and OpenID Authentication 2.0 section 10.2.1: what a provider says that would have to ask the user. */
const outcomes = new Set(['login_required', 'interaction_required', 'consent_required', 'account_selection_required', 'setup_needed'])

/**
 * What a silent login (`prompt=none`) that cannot be silent comes to: `login_required`, with the provider's own word as `providerError`.
 * @param thrown by the checks of the callback
 * @returns `undefined` for a failure, and for any other login
 */
export function silentOutcome({ log }: Engine, transaction: Transaction, thrown: unknown): AuthError | undefined {
  const providerError = outcomeOf(transaction, thrown)
  if (providerError === undefined) return undefined
  const { slug: provider } = transaction
  log('info', { event: 'login_not_silent', provider, providerError })
  return new AuthError('login_required', 'The provider would have to ask you first: sign in there.', { provider, providerError })
}

/** Whether a failure is only that: nobody has refused anything. */
export function isSilentOutcome(transaction: Transaction, thrown: unknown): boolean {
  return outcomeOf(transaction, thrown) !== undefined
}

function outcomeOf({ silent }: Transaction, thrown: unknown): string | undefined {
  const word = thrown instanceof AuthError ? thrown.providerError?.toLowerCase() : undefined
  return silent === true && word !== undefined && outcomes.has(word) ? word : undefined
}

import { asAuthError } from '../../lib/base/errors.js'
import type { Awaitable } from '../../lib/base/awaitable.js'
import type { Registration } from '../../lib/model/context.js'
import { isBoundTo } from '../../lib/tokens/binding.js'
import type { Engine } from '../core/engine.js'
import { failureEvent } from '../core/logging.js'
import type { Account } from '../core/sessionRecord.js'
import type { HostRequest } from '../http/host.js'
import { addressDigest, type PublicUrl } from '../http/publicUrl.js'

/** The entry of an account: where it asks, with what was chosen for this account. */
export function entryOf(engine: Engine, { user, parameters }: Account, host: HostRequest): Awaitable<Registration | undefined> {
  const entry = engine.find(user.provider, host)
  if (entry instanceof Promise) return entry.then((late) => late && engine.choose(late, parameters, 'account'))
  return entry?.ask ? engine.choose(entry, parameters, 'account') : entry
}

/** Whether an entry is the one that an account was signed in with: it may be somebody else's by now (rule R10). */
export function isEntryOf(registration: Registration, account: Account, publicUrl: PublicUrl): boolean {
  return isBoundTo(account.binding, registration) && (!registration.fromLookup || account.publicUrl === addressDigest(publicUrl))
}

/** What is known of an account without a request. */
export interface AccountEntry {
  slug: string
  /** What the user chose of the provider's parameters, where the entry asks for some. */
  parameters?: Readonly<Record<string, string>> | undefined
}

/**
 * The entry of an account for work that no request asks for. An entry that cannot be found costs nobody the end of a session or of an
 * account: its tokens are not revoked then.
 */
export async function entryToRevokeAt(engine: Engine, { slug, parameters }: AccountEntry): Promise<Registration | undefined> {
  const entry = engine.registration(slug)
  if (!entry?.ask) return entry
  try {
    return await engine.choose(entry, parameters, 'account')
  } catch (thrown) {
    const error = asAuthError(thrown, 'hook_failed', 'The client of what was chosen could not be found.')
    engine.log('warn', { ...failureEvent('revocation_failed', error), provider: slug })
    return undefined
  }
}

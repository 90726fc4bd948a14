import { randomToken } from '../../lib/base/random.js'
import type { Transaction } from '../../lib/model/login.js'
import type { Engine } from '../core/engine.js'
import { rememberedFor } from '../core/expiry.js'
import { maxFinished, type Account, type FinishedLogin, type SessionRecord } from '../core/sessionRecord.js'

/** What a session remembers after a login: the account, beside the other ones of the same person, and where the login led. */
export function loginRecord({ settings, now }: Engine, previous: SessionRecord | undefined, slug: string, account: Account,
  { stateHash, remember, stepUp }: Transaction, returnTo: string): SessionRecord {
  // Another person takes nothing over; the same one keeps the other accounts.
  const isSame = previous?.accounts[slug]?.user.key === account.user.key
  const lifetime = rememberedFor(settings, remember)
  const finished = { slug, stateHash, returnTo, ...(stepUp === undefined ? {} : { stepUp, at: now() }) }
  return {
    version: 1,
    salt: randomToken(16),
    current: slug,
    accounts: { ...(isSame ? previous.accounts : {}), [slug]: account },
    finished: [...previous?.finished ?? [], shortened(finished, settings.afterLogin)].slice(-maxFinished),
    createdAt: now(),
    ...(lifetime === undefined ? {} : { expiresAt: now() + lifetime * 1000, rememberedFor: lifetime }),
  }
}

/** Characters of a place that is remembered for a callback opened again: five of them travel in a cookie. */
const maxReturn = 256

function shortened(login: FinishedLogin, fallback: string): FinishedLogin {
  return { ...login, returnTo: login.returnTo.length <= maxReturn ? login.returnTo : fallback }
}

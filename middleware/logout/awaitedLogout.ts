import { isObject, textsOf } from '../../lib/base/json.js'
import { equalInConstantTime, sha256 } from '../../lib/base/random.js'
import { AuthError } from '../../lib/base/errors.js'
import type { Engine } from '../core/engine.js'
import { type CookieJar, cookiePrefix } from '../http/cookies.js'

/** An account that has been signed out here, and whose provider may still have to be told. */
export interface LeftAccount {
  slug: string
  /** Whom it was of: another provider of that slug is told nothing. */
  binding: string
  /** What the user chose of the provider's parameters, where the entry asks for some. */
  parameters?: Readonly<Record<string, string>>
  idToken?: string
}

/** A sign-out whose browser is at a provider. */
export interface AwaitedLogout {
  /** SHA-256 of the `state` that the browser has to bring back. */
  stateHash: string
  /** Milliseconds since 1970. */
  createdAt: number
  /** The accounts whose providers come next. */
  accounts: readonly LeftAccount[]
  returnTo?: string | undefined
  logoutHint?: string | undefined
  uiLocales?: string | undefined
}

/** Milliseconds that a user may take at the provider. */
const lifetime = 3600_000
/** Bytes of its JSON: encrypted it fits into one cookie, of which browsers take 4,096 bytes with name and attributes. */
const maxBytes = 2_850

/** One for each browser: a second sign-out has nobody to sign out. */
function cookieName({ settings }: Engine): string {
  return `${cookiePrefix(settings.appId)}.logout`
}

/** Remembers a sign-out in its browser, encrypted. */
export function keepLogout(engine: Engine, cookies: CookieJar, logout: AwaitedLogout): void {
  const name = cookieName(engine)
  cookies.set(name, engine.sealer.seal('transaction', name, bounded(logout)), { maxAge: lifetime / 1000 })
}

/** Without what there is no room for: first the ID Tokens, from the last, then the place to return to, then the accounts. */
function bounded(logout: AwaitedLogout): AwaitedLogout {
  if (Buffer.byteLength(JSON.stringify(logout)) <= maxBytes) return logout
  const { accounts, returnTo, ...rest } = logout
  const last = accounts.findLastIndex(({ idToken }) => idToken !== undefined)
  if (last >= 0)
    return bounded({ ...logout, accounts: accounts.map((account, index) => (index === last ? withoutToken(account) : account)) })
  return returnTo === undefined ? { ...rest, accounts: [] } : bounded({ ...rest, accounts })
}

function withoutToken({ idToken: _idToken, ...account }: LeftAccount): LeftAccount {
  return account
}

export function forgetLogout(engine: Engine, cookies: CookieJar): void {
  const name = cookieName(engine)
  if (cookies.get(name) !== undefined) cookies.remove(name)
}

/**
 * The sign-out that a browser has come back from.
 * @param state what it brought
 * @throws AuthError `state_missing`, `state_unknown`, `state_mismatch`, `state_expired`
 */
export function awaitedLogout(engine: Engine, cookies: CookieJar, state: string | undefined): AwaitedLogout {
  if (state === undefined || state === '') throw refused('state_missing')
  const name = cookieName(engine)
  const logout = readLogout(engine.sealer.open('transaction', name, cookies.get(name) ?? ''))
  if (!logout) throw refused('state_unknown')
  if (!equalInConstantTime(sha256(state), logout.stateHash)) throw refused('state_mismatch')
  if (!(engine.now() - logout.createdAt <= lifetime)) throw refused('state_expired')
  return logout
}

function refused(code: 'state_missing' | 'state_unknown' | 'state_mismatch' | 'state_expired'): AuthError {
  return new AuthError(code, 'This does not belong to a sign-out that was started in this browser, so it leads nowhere.')
}

const optionalTexts = ['returnTo', 'logoutHint', 'uiLocales'] as const

function readLogout(value: unknown): AwaitedLogout | undefined {
  if (!isObject(value)) return undefined
  const { stateHash, createdAt, accounts } = value
  if (typeof stateHash !== 'string' || typeof createdAt !== 'number' || !Array.isArray(accounts)) return undefined
  return {
    stateHash,
    createdAt,
    accounts: accounts.flatMap(readAccount),
    ...Object.fromEntries(optionalTexts.filter((name) => typeof value[name] === 'string').map((name) => [name, value[name]])),
  }
}

function readAccount(value: unknown): LeftAccount[] {
  if (!isObject(value)) return []
  const { slug, binding, idToken } = value
  if (typeof slug !== 'string' || typeof binding !== 'string') return []
  const parameters = textsOf(value['parameters'])
  return [{ slug, binding, ...(parameters ? { parameters } : {}), ...(typeof idToken === 'string' ? { idToken } : {}) }]
}

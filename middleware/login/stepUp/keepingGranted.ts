import type { Registration } from '../../../lib/model/context.js'
import type { LoginOptions } from '../../../lib/model/login.js'
import { isBoundTo } from '../../../lib/tokens/binding.js'
import { accountKey } from '../../accounts/accounts.js'
import type { RequestContext } from '../../core/requestContext.js'

/**
 * The options of a login that asks for further scopes, with those that the signed-in account of this registration has been granted: what
 * was granted stays granted.
 */
export function keepingGranted({ record, tokens }: RequestContext, registration: Registration, options: LoginOptions): LoginOptions {
  if (!record || !options.scope?.length) return options
  const isCurrent = record.accounts[record.current]?.user.provider === registration.slug
  const key = isCurrent ? record.current : accountKey(record, registration.slug)
  const isSame = key !== undefined && isBoundTo(record.accounts[key]?.binding, registration)
  const granted = isSame ? scopesOf(tokens.get(key)?.tokens?.scope) : []
  return granted.length === 0 ? options : { ...options, scope: [...granted, ...options.scope] }
}

/** The scopes of a text as token answers have it (RFC 6749 section 3.3). */
export function scopesOf(scope: string | undefined): string[] {
  return scope?.split(' ').filter(Boolean) ?? []
}

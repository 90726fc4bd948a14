import { AuthError } from '../../base/errors.js'
import type { AuthUser } from '../../model/user.js'
import type { UserId } from '../userStore.js'

/** Bytes of a key: what an index of every database can hold whole. */
const maxKeyBytes = 2_048
/** Characters of a name that is kept; an address that is longer than its own limit is left out, because a part of it is another one. */
const maxName = 1_000
const maxAddress = 2_048
const maxEmail = 254

/** Whether databases tell this key from every other: SQLite ends a text at NUL, and all lone surrogates become one character in UTF-8. */
export function isKey(key: string): boolean {
  return key !== '' && key.isWellFormed() && !key.includes('\0') && Buffer.byteLength(key) <= maxKeyBytes
}

/**
 * The user as a database can hold it: names and addresses bounded, without NUL.
 * @throws AuthError `provider_bad_response` when the key is none: a part of it might be another user's
 */
export function storableUser(user: AuthUser): AuthUser {
  if (!isKey(user.key) || !isKey(user.id)) {
    throw new AuthError(
      'provider_bad_response',
      `The key of this account cannot be stored: it must be 1 to ${maxKeyBytes} bytes of text, without NUL or half characters.`,
      { provider: user.provider },
    )
  }
  const texts = Object.entries(user).flatMap(([field, value]) =>
    typeof value === 'string' && field !== 'key' && field !== 'id' ? [[field, storableText(value)]] : [],
  )
  const { email, emailVerified, picture, ...rest } = { ...user, ...Object.fromEntries(texts) } as AuthUser
  return {
    ...rest,
    // Never half of a character that takes two units.
    name: rest.name.slice(0, maxName).replace(/[\uD800-\uDBFF]$/, ''),
    // What was changed is another address, which nobody vouches for.
    ...(email !== undefined && email === user.email && email.length <= maxEmail && { email, emailVerified: emailVerified === true }),
    ...(picture !== undefined && picture.length <= maxAddress && { picture }),
  }
}

function storableText(value: string): string {
  return value.replaceAll('\0', '').toWellFormed()
}

/**
 * An address as it is compared. Only A to Z are folded: in Unicode other letters fold to those too, and `K` (the Kelvin sign) is another
 * mailbox than `k`.
 */
export function comparableEmail(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** An id as text; `undefined` when no user can have it. */
export function idText(id: UserId): string | undefined {
  const text = String(id)
  return isKey(text) ? text : undefined
}

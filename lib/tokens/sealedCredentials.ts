import { AuthError } from '../base/errors.js'
import { isObject, textsOf } from '../base/json.js'
import type { Sealer } from '../base/seal.js'
import type { Registration } from '../model/context.js'
import type { Tokens } from '../model/tokens.js'
import type { AuthUser } from '../model/user.js'
import { bindingOf, type Party } from './binding.js'
import { withoutTargets } from './targets.js'
import { readTokens } from './tokens.js'

/** What sealed credentials hold. */
export interface SealedCredentials {
  /** Slug of the provider. */
  slug: string
  /** What `bindingOf` gave for the entry: tokens belong to one client of one provider. */
  binding: string
  tokens: Tokens
  /** Where the tokens are kept for all processes, in an application with a token store. */
  recordName?: string | undefined
  /** Id of the application's user whose account that is, where it may be another user's one day. */
  userId?: string | number | undefined
  /** What was chosen of the provider's parameters, where the entry asks for some. */
  parameters?: Readonly<Record<string, string>> | undefined
  /** The person, as far as API addresses need them. */
  user?: Partial<AuthUser> | undefined
}

// The record's name is authenticated with the text: sealed credentials are no session and no transaction.
const record = 'credentials'
const userFields = ['id', 'key', 'username', 'email', 'name'] as const

/** Credentials as compact URL-safe text, encrypted and authenticated (AES-256-GCM, see `createSealer`). */
export function sealCredentials(
  sealer: Sealer,
  { slug, binding, tokens, recordName, userId, parameters, user }: SealedCredentials,
): string {
  const content = {
    version: 2,
    slug,
    binding,
    tokens: withoutTargets(tokens),
    recordName,
    userId,
    parameters,
    user: user && fieldsOf(user),
  }
  return sealer.seal('tokens', record, content)
}

/** What seals the tokens of one account, whatever they become. */
export function sealerOf(
  sealer: Sealer,
  context: Party & Pick<Registration, 'slug' | 'chosen'>,
  account: Pick<SealedCredentials, 'recordName' | 'userId' | 'user'>,
): (tokens: Tokens) => string {
  return (tokens) =>
    sealCredentials(sealer, { slug: context.slug, binding: bindingOf(context), tokens, parameters: context.chosen, ...account })
}

/**
 * Opens what `sealCredentials` made, in any application with the same secret, current or older, and the same `appId`.
 * @throws AuthError `credentials_unreadable` for text that is damaged, foreign, or of a version to come
 */
export function openCredentials(sealer: Sealer, text: string): SealedCredentials {
  const value: unknown = typeof text === 'string' ? sealer.open('tokens', record, text) : undefined
  const tokens = isObject(value) && value['version'] === 2 ? readTokens(value['tokens']) : undefined
  if (!isObject(value) || !tokens || typeof value['slug'] !== 'string' || typeof value['binding'] !== 'string') throw unreadable()
  const { slug, binding, recordName, userId, user } = value
  const parameters = textsOf(value['parameters'])
  return {
    slug,
    binding,
    tokens,
    ...(typeof recordName === 'string' ? { recordName } : {}),
    ...(typeof userId === 'string' || typeof userId === 'number' ? { userId } : {}),
    ...(parameters ? { parameters } : {}),
    ...(isObject(user) ? { user: { provider: slug, ...fieldsOf(user) } } : {}),
  }
}

/** The one answer for credentials that cannot be used here. */
export function unreadable(slug?: string): AuthError {
  return new AuthError(
    'credentials_unreadable',
    'These credentials cannot be read: the text is damaged, it was sealed by another application or with a '
      + 'secret that is no longer in the list, or its provider is configured differently here.',
    { ...(slug === undefined ? {} : { provider: slug }) },
  )
}

function fieldsOf(user: Record<string, unknown> | Partial<AuthUser>): Partial<AuthUser> {
  const fields = user as Record<string, unknown>
  return Object.fromEntries(userFields.filter((name) => typeof fields[name] === 'string').map((name) => [name, fields[name]]))
}

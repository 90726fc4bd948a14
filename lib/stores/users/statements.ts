import type { AuthUser } from '../../model/user.js'
import { quoteName } from '../sqlName.js'
import type { ResolvedTables } from './tables.js'
import { comparableEmail } from './values.js'

/** A text with `$1` and so on, which Postgres takes as it is and SQLite as `?1`, and its values. */
export interface Statement {
  text: string
  values: unknown[]
}

/** The columns of a table's new row. */
export interface Insertion {
  table: string
  columns: readonly (readonly [name: string, value: unknown])[]
}

export function userInsertion({ users, insert }: ResolvedTables, user: AuthUser): Insertion {
  return { table: users, columns: quotedColumns(insert(user)) }
}

/** The row of an account, without `user_id`. Only an address that the provider vouches for is looked for, so how it is spelled is not kept. */
export function identityInsertion({ identities }: ResolvedTables, user: AuthUser): Insertion {
  return {
    table: identities,
    columns: quotedColumns({
      key: user.key,
      provider: user.provider,
      provider_id: user.id,
      email: user.email === undefined ? undefined : comparableEmail(user.email),
      email_verified: user.emailVerified === true,
      created_at: new Date().toISOString(),
      last_login_at: loginTime(user),
    }),
  }
}

/**
 * @param first the number of the first value
 * @param more columns before these, with their SQL
 */
export function insertText({ table, columns }: Insertion, first = 1, more: readonly (readonly [string, string])[] = []): string {
  const all = [...more, ...columns.map(([name], index) => [name, `$${first + index}`] as const)]
  return all.length === 0
    ? `INSERT INTO ${table} DEFAULT VALUES`
    : `INSERT INTO ${table} (${all.map(([name]) => name).join(', ')}) VALUES (${all.map(([, value]) => value).join(', ')})`
}

/** The profile in the user's row; `undefined` when there is nothing to write. */
export function profileUpdate(tables: ResolvedTables, id: string, user: AuthUser): Statement | undefined {
  const columns = tables.isOwn ? ownProfile(user) : quotedColumns(tables.update?.(user) ?? {})
  if (columns.length === 0) return undefined
  const settings = columns.map(([name, , value = '?'], index) => `${name} = ${value.replace('?', `$${index + 3}`)}`)
  return {
    text: `UPDATE ${tables.users} SET ${settings.join(', ')} WHERE ${isId(tables.id)} RETURNING *`,
    values: [id, id, ...columns.map(([, value]) => value)],
  }
}

/** What another provider does not know stays as it is; and an address that nobody vouches for does not take the place of one that has been. */
function ownProfile(user: AuthUser): (readonly [string, unknown, string?])[] {
  const { name, email, emailVerified, picture, locale } = user
  return [
    ['name', name],
    ...(picture === undefined ? [] : [['picture', picture] as const]),
    ...(locale === undefined ? [] : [['locale', locale] as const]),
    ...(email === undefined
      ? []
      : [['email', email, emailVerified === true ? '?' : 'CASE WHEN email_verified THEN email ELSE ? END'] as const]),
    ...(emailVerified === true ? [['email_verified', true] as const] : []),
    ['updated_at', new Date().toISOString()],
  ]
}

/** What the provider says of the account now. */
export function identityUpdate({ identities }: ResolvedTables, id: string, user: AuthUser): Statement {
  return {
    text: `UPDATE ${identities} SET email = $4, email_verified = $5,
      last_login_at = CASE WHEN last_login_at < $6 THEN $6 ELSE last_login_at END
      WHERE key = $3 AND ${isId('user_id')}`,
    values: [
      id,
      id,
      user.key,
      user.email === undefined ? undefined : comparableEmail(user.email),
      user.emailVerified === true,
      loginTime(user),
    ],
  }
}

/**
 * Compares with `$1` and, as text, with `$2`: the first finds the row by the index, and the second leaves out what is the same id only
 * to the database, such as `01`.
 */
export function isId(column: string): string {
  return `${column} = $1 AND CAST(${column} AS text) = $2`
}

function quotedColumns(columns: Record<string, unknown>): (readonly [string, unknown])[] {
  return Object.entries(columns)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [quoteName(name, `The column ${JSON.stringify(name)}`), value])
}

function loginTime({ loggedInAt }: AuthUser): string {
  const time = new Date(loggedInAt)
  return (Number.isNaN(time.getTime()) ? new Date() : time).toISOString()
}

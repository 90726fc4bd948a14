/** A user as the stores of `authrouter/stores` keep it in a table of their own. Columns that you add to the table come with it. */
export interface UserRow {
  /** A random UUID. */
  id: string
  name: string
  /** As the provider spells it. Two users may have the same one. */
  email?: string
  /** Whether a provider vouches for `email`. */
  emailVerified: boolean
  picture?: string
  locale?: string
  /** ISO 8601. */
  createdAt: string
  /** When the profile was last taken over, ISO 8601. */
  updatedAt: string
}

/** The columns of the users table that is the store's own. */
export const userColumns = ['id', 'name', 'email', 'email_verified', 'picture', 'locale', 'created_at', 'updated_at'] as const

/** The row of a table of the store's own, from what the driver gives: SQLite has no booleans, and Postgres gives dates. */
export function toUserRow(columns: Record<string, unknown>): UserRow {
  const { email_verified: verified, created_at: created, updated_at: updated, email, picture, locale, ...rest } = columns
  const known = Object.fromEntries(Object.entries({ email, picture, locale }).filter(([, value]) => value !== null && value !== undefined))
  return {
    ...(rest as { id: string; name: string }),
    ...known,
    emailVerified: Boolean(verified),
    createdAt: instant(created),
    updatedAt: instant(updated),
  }
}

function instant(value: unknown): string {
  return (value instanceof Date ? value : new Date(String(value))).toISOString()
}

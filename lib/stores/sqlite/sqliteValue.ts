import { AuthError } from '../../base/errors.js'

/**
 * A value as SQLite keeps it. The driver ends the process at a boolean or an object.
 * @throws AuthError `config_invalid` for what SQLite has no type for
 */
export function sqliteValue(value: unknown): string | number | bigint | Uint8Array | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array) return value
  throw new AuthError(
    'config_invalid',
    `SQLite has no type for a column of users.insert or users.update that is ${Array.isArray(value) ? 'an array' : `of type ${typeof value}`}: use `
      + 'text, a number, a boolean, a Date or bytes.',
  )
}

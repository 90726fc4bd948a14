import { AuthError } from '../base/errors.js'

/**
 * Refuses what is no client of the driver that a store is for: at the start, and not at the first login.
 * @param methods that the store calls
 * @param cure how such a client is made
 * @throws AuthError `config_invalid`, naming what is absent
 */
export function requireDriver(client: unknown, methods: readonly string[], cure: string): void {
  const given = Object(client) as Partial<Record<string, unknown>>
  const absent = methods.find((name) => typeof given[name] !== 'function')
  if (absent === undefined) return
  const what = typeof given['then'] === 'function' ? 'is a promise: await it' : `has no ${absent}()`
  throw new AuthError('config_invalid', `${cure} What was given ${what}.`)
}

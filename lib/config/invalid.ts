import * as v from 'valibot'
import { AuthError } from '../base/errors.js'

/**
 * A mistake in the configuration.
 *
 * @param path of the option, such as `providers.corp.clientSecret`
 * @param problem the rest of the sentence: what is wrong, and what to write instead
 */
export function invalid(path: string, problem: string, cause?: unknown): AuthError {
  return new AuthError('config_invalid', `${path} ${problem}`, { cause })
}

/**
 * Checks a value against a schema whose messages are the rest of a sentence that begins with the option's path.
 *
 * @param path of the value; empty for the configuration itself
 * @param variableOf names the environment variable that a member came from, when it came from there
 * @throws AuthError `config_invalid` for the first mistake
 */
export function check<Output>(
  schema: v.GenericSchema<unknown, Output>,
  value: unknown,
  path: string,
  variableOf?: (member: string) => string,
): Output {
  const result = v.safeParse(schema, value, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const keys = (issue.path ?? []).map(({ key }) => key as string | number)
  const source = variableOf ? ` (from ${variableOf(String(keys[0]))})` : ''
  throw invalid(memberPath(path, keys) + source, issue.message)
}

function memberPath(path: string, keys: readonly (string | number)[]): string {
  const members = keys.map((key) => (typeof key === 'number' ? `[${String(key)}]` : `.${printable(key)}`)).join('')
  return path === '' ? members.replace(/^\./, '') || 'config' : path + members
}

/** A name out of the configuration, fit for one line of a message. */
export function printable(name: string): string {
  const line = name.replace(/[^\x20-\x7e]/g, '?')
  return line.length > 80 ? `${line.slice(0, 80)}...` : line
}

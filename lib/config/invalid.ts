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

/** A name out of the configuration, fit for one line of a message. */
export function printable(name: string): string {
  const line = name.replace(/[^\x20-\x7e]/g, '?')
  return line.length > 80 ? `${line.slice(0, 80)}...` : line
}

/** Settings that have to be given and are not: a sentence each, which begins with the option's path. */
export class MissingSettings extends AuthError {
  /** Not enumerable: whoever prints the error has them in its message already. */
  declare readonly sentences: readonly string[]

  constructor(sentences: readonly string[]) {
    super(
      'config_invalid',
      sentences.length === 1 ? sentences.join() : `${String(sentences.length)} settings are missing:\n${sentences.join('\n')}`,
    )
    Object.defineProperty(this, 'sentences', { value: sentences, enumerable: false })
  }
}

/**
 * What each of several functions gives, by name. Settings that any of them lacks are reported together, so that nobody has to start once
 * for each; any other mistake is thrown at once.
 * @throws AuthError `config_invalid`
 */
export function allOf<Parts extends Readonly<Record<string, () => unknown>>>(
  parts: Parts,
): { [Name in keyof Parts]: ReturnType<Parts[Name]> } {
  const missing: string[] = []
  const values = Object.entries(parts).map(([name, read]) => {
    try {
      return [name, read()]
    } catch (error) {
      if (!(error instanceof MissingSettings)) throw error
      missing.push(...error.sentences)
      return [name]
    }
  })
  if (missing.length > 0) throw new MissingSettings(missing)
  return Object.fromEntries(values) as { [Name in keyof Parts]: ReturnType<Parts[Name]> }
}

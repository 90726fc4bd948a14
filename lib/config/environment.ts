import { flagOptions, numberOptions, textOptions } from './entries/schema.js'
import { variablePrefix } from './entries/slugs.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment variable of an entry's option: `<SLUG>_<OPTION>`, upper case, other characters as `_`. */
export function variableOf(slug: string, option: string): string {
  return `${variablePrefix(slug)}${option
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')}`
}

/** A variable's text without white space around it; an empty one counts as absent. */
export function readVariable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim()
  return value === '' ? undefined : value
}

/** A variable that holds a list separated by commas. */
export function readList(env: Environment, name: string): readonly string[] | undefined {
  const values = readVariable(env, name)
    ?.split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '')
  return values?.length ? values : undefined
}

/**
 * The options of an entry that the environment gives: the scalar ones, and the provider's parameters.
 * A text that is not of the option's kind stays a text, for the schema to refuse.
 */
export function readEntry(env: Environment, slug: string, parameters: readonly string[]): Record<string, unknown> {
  const read = (option: string): string | undefined => readVariable(env, variableOf(slug, option))
  const values: Record<string, unknown> = {}
  for (const option of [...Object.keys(textOptions), ...parameters]) values[option] = read(option)
  for (const option of Object.keys(numberOptions)) values[option] = readNumber(read(option))
  for (const option of Object.keys(flagOptions)) values[option] = readFlag(read(option))
  // One line of a variable is how most tools want PEM text.
  if (typeof values['privateKey'] === 'string') values['privateKey'] = values['privateKey'].replaceAll('\\n', '\n')
  return values
}

function readNumber(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text
}

const flags: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false }

function readFlag(text: string | undefined): boolean | string | undefined {
  return text === undefined || !Object.hasOwn(flags, text) ? text : flags[text]
}

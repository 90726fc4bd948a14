import * as v from 'valibot'
import { isPlainObject } from '../base/json.js'
import { invalid, printable } from './invalid.js'
import { didYouMean } from './suggest.js'

// What schemas are made of. Each message is the rest of a sentence that begins with the option's path.

/** A text, be it empty. */
export const written = v.string('must be a text.')

export const text = v.pipe(written, v.nonEmpty('must not be empty.'))

export const credential = v.pipe(
  text,
  v.check((value) => value.trim() === value, 'must not begin or end with white space.'),
)

export const flag = v.boolean('must be true or false.')

export function number(unit: string): v.GenericSchema<unknown, number> {
  return v.number(`must be a number of ${unit}.`)
}

export function listOf<Output>(member: v.GenericSchema<unknown, Output>, otherwise: string): v.GenericSchema<unknown, readonly Output[]> {
  return v.pipe(v.array(member, otherwise), v.readonly())
}

/** One of a few words; `later` are words that this version does not know yet. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  later: readonly string[] = [],
): v.GenericSchema<unknown, Words[number]> {
  return v.picklist(words, ({ input }) => {
    const choice = `must be ${alternatives(words)}`
    if (typeof input !== 'string') return `${choice}.`
    if (later.includes(input)) return `${choice}: '${input}' is not available in this version of authrouter.`
    return choice + didYouMean(input, words)
  })
}

/** `'a', 'b' or 'c'` */
export function alternatives(words: readonly string[]): string {
  return words
    .map((word) => `'${word}'`)
    .join(', ')
    .replace(/, ('[^']*')$/, ' or $1')
}

/** A function of the application's. */
export function callable<Type>(): v.GenericSchema<unknown, Type> {
  return v.custom<Type>((value) => typeof value === 'function', 'must be a function.')
}

/** A function whose answer is used at once: a promise would be taken for the answer. */
export function pureFunction<Type>(): v.GenericSchema<unknown, Type> {
  return v.pipe(
    callable<Type>(),
    v.check(
      (value) => Object.prototype.toString.call(value) === '[object Function]',
      'must be an ordinary function: an async one would answer too late.',
    ),
  )
}

/** An object whose names are the application's own, such as parameters of a request. */
export function table<Output>(member: v.GenericSchema<unknown, Output>, kind: string): v.GenericSchema<unknown, Record<string, Output>> {
  return v.pipe(
    v.custom<Record<string, unknown>>(isPlainObject, `must be a plain object ${kind}.`),
    v.transform(withoutUndefined),
    v.record(v.string(), member),
  )
}

type Members = Readonly<Record<string, v.GenericSchema>>
export type Group<Entries extends Members> = { [Name in keyof Entries]?: v.InferOutput<Entries[Name]> }

/**
 * An object of options, each of which may be left out or `undefined`; any other name is refused.
 *
 * @param kind what the object is of, for the message
 * @param later names that this version does not know yet
 */
export function group<const Entries extends Members>(
  entries: Entries,
  kind: string,
  later: readonly string[] = [],
): v.GenericSchema<unknown, Group<Entries>> {
  const names = Object.keys(entries)
  const optional = Object.fromEntries(Object.entries(entries).map(([name, schema]) => [name, v.optional(schema)]))
  return v.pipe(
    v.custom<Record<string, unknown>>(isPlainObject, `must be a plain object ${kind}.`),
    v.transform(withoutUndefined),
    v.strictObject(optional, ({ path }) => unknownOption(String(path?.[0].key), names, later)),
  )
}

/** What is wrong with a name that is none of the known ones. */
export function unknownOption(name: string, known: readonly string[], later: readonly string[]): string {
  if (later.includes(name)) return 'is not available in this version of authrouter: leave it out, nothing would come of it.'
  return `is not an option${didYouMean(name, known, `: the options here are ${known.join(', ')}.`)}`
}

export function withoutUndefined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
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

import type { CallbackParameters } from '../../model/login.js'

/** The namespace of OpenID Authentication 2.0 (section 4.1.2). */
export const openid2Namespace = 'http://specs.openid.net/auth/2.0'
/** What asks the provider whose identifier it is (section 10). */
export const identifierSelect = `${openid2Namespace}/identifier_select`

/** Fields of a message by name, without the prefix that they have in HTTP requests. */
export type Fields = ReadonlyMap<string, string>

const prefix = 'openid.'

/** The message among the parameters of a request (section 4.1.2). */
export function readFields(parameters: CallbackParameters): Fields {
  return new Map(
    Object.entries(parameters).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [])),
  )
}

/** A message as parameters of a request. */
export function prefixed(fields: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...fields].map(([name, value]) => [prefix + name, value]))
}

/** Whether a field can stand in Key-Value Form, where a colon or a line break would begin another one (section 4.1.1). */
export function isPlainField(name: string, value: string): boolean {
  return name !== '' && !/[:\n]/.test(name) && !value.includes('\n')
}

/**
 * Whether some field that is not signed could be read for another one: PHP has one `_` for a dot and a space, and ends a name at a zero byte;
 * other servers trim names, or make no difference of case. Such a provider confirms the signature of what it reads, which we do not.
 */
export function hasMistakable(fields: Fields, signed: Fields): boolean {
  const folded = (name: string): string => name.replaceAll('.', '_').toLowerCase()
  const names = [...fields.keys()]
  const owners = new Map<string, number>()
  for (const name of names) owners.set(folded(name), (owners.get(folded(name)) ?? 0) + 1)
  return names.some((name) => !signed.has(name) && (!/^[\w.-]+$/.test(name) || owners.get(folded(name)) !== 1))
}

/** Key-Value Form (section 4.1.1), which is what signatures are over (section 6.1). */
export function keyValueForm(fields: Iterable<readonly [string, string]>): string {
  return [...fields].map(([name, value]) => `${name}:${value}\n`).join('')
}

/** @returns `undefined` for what is not Key-Value Form, or has a field twice: each line is a name, a colon and a value, with nothing around them */
export function readKeyValueForm(text: string): Fields | undefined {
  const fields = new Map<string, string>()
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    if (colon < 1 || name.trim() !== name || fields.has(name)) return undefined
    fields.set(name, line.slice(colon + 1))
  }
  return fields
}

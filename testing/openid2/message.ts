import { parseFormEncoded } from '../forms.js'

/** What `openid.ns` says in every message of this version (OpenID Authentication 2.0 section 4.1.2). */
export const openid2Namespace = 'http://specs.openid.net/auth/2.0'

/** The fields of a message, without the prefix `openid.` of their names. */
export type Message = ReadonlyMap<string, string>

/**
 * Reads the message out of a query or a form-encoded body (section 4.1); parameters of others are left out.
 *
 * @returns `undefined` when it is malformed: not properly encoded, a field that is repeated, a line break in one, or a colon in its name
 */
export function readMessage(encoded: string): Message | undefined {
  const pairs = parseFormEncoded(encoded)
  if (pairs === undefined || pairs.length > maximumFields) return undefined
  const fields = pairs.flatMap(([name, value]): [string, string][] => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : []))
  const message = new Map(fields)
  const isSingle = message.size === fields.length
  return isSingle && fields.every(([name, value]) => /^[^:\n]+$/.test(name) && !value.includes('\n')) ? message : undefined
}

/** Writes fields in Key-Value Form (section 4.1.1). */
export function keyValueForm(fields: Iterable<readonly [name: string, value: string]>): string {
  return [...fields].map(([name, value]) => `${name}:${value}\n`).join('')
}

/** Writes fields as a query or a form-encoded body, with the prefix of their names (section 4.1.2). */
export function urlEncoded(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(prefixed(fields)).toString()
}

/** The fields under the names that they have in HTTP requests. */
export function prefixed(fields: Readonly<Record<string, string>>): [name: string, value: string][] {
  return Object.entries(fields).map(([name, value]) => [prefix + name, value])
}

/** Finds the alias that a message gives to an extension (section 12): the one whose namespace is among `namespaces`. */
export function findExtension(message: Message, ...namespaces: string[]): { alias: string; namespace: string } | undefined {
  for (const [name, namespace] of message) {
    const alias = /^ns\.([^.,:\s]+)$/.exec(name)?.[1]
    if (alias !== undefined && namespaces.includes(namespace)) return { alias, namespace }
  }
  return undefined
}

const prefix = 'openid.'
const maximumFields = 1000

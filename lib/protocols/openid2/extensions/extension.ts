import type { Fields } from '../message.js'

/** The fields of an extension in an answer, without its alias (OpenID Authentication 2.0 section 12). */
export function extensionFields(signed: Fields, namespaces: readonly string[]): Fields {
  // The provider chooses the alias, and says with a signed field what it stands for.
  const [declaration] = [...signed].find(([name, value]) => /^ns\.[^.]+$/.test(name) && namespaces.includes(value)) ?? []
  if (declaration === undefined) return new Map()
  const prefix = `${declaration.slice('ns.'.length)}.`
  return new Map([...signed].flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [])))
}

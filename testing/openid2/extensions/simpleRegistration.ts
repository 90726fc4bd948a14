import { findExtension, type Message } from '../message.js'
import { attributesOf, wishFor, type Attribute, type ExtensionRequest } from './extension.js'

/** The namespaces of Simple Registration 1.1 and 1.0. */
export const simpleRegistrationNamespaces = ['http://openid.net/extensions/sreg/1.1', 'http://openid.net/sreg/1.0'] as const

/** Reads a request of Simple Registration 1.1; `undefined` when there is none. */
export function readSimpleRegistration(message: Message): ExtensionRequest | undefined {
  const found = findExtension(message, ...simpleRegistrationNamespaces)
  if (!found) return undefined
  const { alias, namespace } = found
  const asked = ['required', 'optional'].flatMap((name) => (message.get(`${alias}.${name}`) ?? '').split(','))
  const known = [...fields].filter(([field]) => asked.includes(field))
  return {
    wishes: known.map(([, attribute]) => wishFor(attribute)),
    answer({ person, origin }) {
      const attributes = attributesOf(person, origin)
      const answered = known.map(([field, attribute]): [string, string] => [`${alias}.${field}`, attributes[attribute]])
      return answered.length === 0 ? {} : { [`ns.${alias}`]: namespace, ...Object.fromEntries(answered) }
    },
  }
}

/** The fields of its section 4 that people here have. */
const fields = new Map<string, Attribute>([
  ['nickname', 'nickname'],
  ['email', 'email'],
  ['fullname', 'name'],
  ['language', 'language'],
  ['country', 'country'],
])

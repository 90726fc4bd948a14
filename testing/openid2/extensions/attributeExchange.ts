import { projects } from '../../people.js'
import { findExtension, type Message } from '../message.js'
import { attributesOf, wishFor, type Attribute, type Authentication, type ExtensionRequest, type Malformed } from './extension.js'

export const attributeExchangeNamespace = 'http://openid.net/srv/ax/1.0'

/**
 * Reads a fetch request of Attribute Exchange 1.0 (section 5.1): the relying party chooses the aliases, and how many values it takes.
 *
 * @returns `undefined` when there is none; a store request is none, because people here cannot be changed
 */
export function readAttributeExchange(message: Message): ExtensionRequest | Malformed | undefined {
  const alias = findExtension(message, attributeExchangeNamespace)?.alias
  if (alias === undefined || message.get(`${alias}.mode`) !== 'fetch_request') return undefined
  const aliases = ['required', 'if_available']
    .flatMap((name) => (message.get(`${alias}.${name}`) ?? '').split(','))
    .filter((name) => name !== '')
  const asked: Asked[] = []
  for (const name of new Set(aliases)) {
    const type = message.get(`${alias}.type.${name}`)
    const count = message.get(`${alias}.count.${name}`)
    if (type === undefined) return { problem: `The attribute ${name} has no type.` }
    if (count !== undefined && !/^(?:[1-9]\d*|unlimited)$/.test(count))
      return { problem: `The count of the attribute ${name} is not a number.` }
    asked.push({ name, type, most: count === 'unlimited' ? Infinity : Number(count ?? 1), isCounted: count !== undefined })
  }
  return {
    wishes: asked.flatMap(({ type }) => wishOf(type)),
    answer(authentication) {
      const values = Object.fromEntries(
        asked.flatMap((one) => valueFields(one, authentication)).map(([name, value]) => [`${alias}.${name}`, value]),
      )
      return { [`ns.${alias}`]: attributeExchangeNamespace, [`${alias}.mode`]: 'fetch_response', ...values }
    },
  }
}

interface Asked {
  name: string
  type: string
  most: number
  isCounted: boolean
}

/** The type and the values of one attribute (section 5.2): numbered where a count was asked for, and where there are none. */
function valueFields({ name, type, most, isCounted }: Asked, authentication: Authentication): [string, string][] {
  const values = valuesOf(type, authentication).slice(0, most)
  const [value] = values
  if (value !== undefined && !isCounted)
    return [
      [`type.${name}`, type],
      [`value.${name}`, value],
    ]
  const numbered = values.map((one, index): [string, string] => [`value.${name}.${index + 1}`, one])
  return [[`type.${name}`, type], [`count.${name}`, String(values.length)], ...numbered]
}

function valuesOf(type: string, { person, origin }: Authentication): string[] {
  if (type === projectType) return projects(person).map(({ name }) => name)
  const attribute = types.get(pathOf(type))
  return attribute === undefined ? [] : [attributesOf(person, origin)[attribute]]
}

function wishOf(type: string): string[] {
  if (type === projectType) return ['see your projects']
  const attribute = types.get(pathOf(type))
  return attribute === undefined ? [] : [wishFor(attribute)]
}

/** The path of a type that is named under one of the two addresses in use; `''` for another type. */
function pathOf(type: string): string {
  return /^http:\/\/(?:axschema\.org|schema\.openid\.net)\/(.+)$/.exec(type)?.[1] ?? ''
}

/** An attribute of several values, of this provider's own. */
const projectType = 'http://schema.example/project'

const types = new Map<string, Attribute>([
  ['namePerson', 'name'],
  ['namePerson/friendly', 'nickname'],
  ['namePerson/first', 'givenName'],
  ['namePerson/last', 'familyName'],
  ['contact/email', 'email'],
  ['contact/country/home', 'country'],
  ['pref/language', 'language'],
  ['media/image/default', 'picture'],
])

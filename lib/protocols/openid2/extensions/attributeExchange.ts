import type { Fields } from '../message.js'
import { extensionFields } from './extension.js'

const namespace = 'http://openid.net/srv/ax/1.0'

// The types of either address mean the same: the latter was there first.
const current = 'http://axschema.org/'
const former = 'http://schema.openid.net/'

/**
 * Types that have a place in `req.authUser`, by the name that Simple Registration has for them if it has one. What it is asked for as well,
 * and no provider is known to give otherwise, is left out: with all of them a request would be too long for an address.
 */
const usual: Readonly<Record<string, string>> = {
  email: `${current}contact/email`,
  fullname: `${current}namePerson`,
  nickname: `${current}namePerson/friendly`,
  firstname: `${current}namePerson/first`,
  lastname: `${current}namePerson/last`,
  picture: `${current}media/image/default`,
  website: `${current}contact/web/default`,
}
/** Of these, the ones that matter most are asked for under both addresses. */
const usualFormer = Object.fromEntries(['email', 'fullname'].map((alias) => [`${alias}_2`, (usual[alias] ?? '').replace(current, former)]))

/** Values of one type in an answer that are read at most. */
const maxValues = 100

/** Fields of a request for attributes (OpenID Attribute Exchange 1.0 section 5.1); a user, or a provider, may withhold each. */
export function fetchRequest(types?: Readonly<Record<string, string>>): Record<string, string> {
  const asked = Object.entries(types ?? { ...usual, ...usualFormer })
  if (asked.length === 0) return {}
  return {
    'ns.ax': namespace,
    'ax.mode': 'fetch_request',
    ...Object.fromEntries(asked.map(([alias, type]) => [`ax.type.${alias}`, type])),
    'ax.if_available': asked.map(([alias]) => alias).join(','),
  }
}

/** What an answer gives (section 5.2): the first value of each type that was asked for, and all values by type. */
export function fetched(
  signed: Fields,
  types: Readonly<Record<string, string>> = usual,
): { attributes: Record<string, string>; ax: Record<string, string[]> } {
  const fields = extensionFields(signed, [namespace])
  const ax: Record<string, string[]> = {}
  for (const [name, type] of fields) {
    if (!name.startsWith('type.')) continue
    const values = valuesOf(fields, name.slice('type.'.length))
    if (values.length > 0) ax[type] = values
  }
  const attributes = Object.entries(types).flatMap(([alias, type]) => {
    const [value] = ax[type] ?? ax[type.replace(current, former)] ?? ax[type.replace(former, current)] ?? []
    return value === undefined ? [] : [[alias, value] as const]
  })
  return { attributes: Object.fromEntries(attributes), ax }
}

function valuesOf(fields: Fields, alias: string): string[] {
  const count = /^\d{1,3}$/.exec(fields.get(`count.${alias}`) ?? '')?.[0]
  const names =
    count === undefined
      ? [`value.${alias}`]
      : Array.from({ length: Math.min(Number(count), maxValues) }, (_, index) => `value.${alias}.${String(index + 1)}`)
  return names.map((name) => fields.get(name) ?? '').filter((value) => value !== '')
}

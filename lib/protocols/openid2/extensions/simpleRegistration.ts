import type { Fields } from '../message.js'
import { extensionFields } from './extension.js'

// OpenID Simple Registration Extension 1.1, and 1.0, whose fields are the same.
const namespaces = ['http://openid.net/extensions/sreg/1.1', 'http://openid.net/sreg/1.0']

const known = ['nickname', 'email', 'fullname', 'dob', 'gender', 'postcode', 'country', 'language', 'timezone']

/** The fields that have a place in `req.authUser`. */
const usual = ['nickname', 'email', 'fullname', 'dob', 'gender', 'language', 'timezone']

/** Fields of a request that asks for some of a user's profile; a user, or a provider, may withhold each. */
export function registrationRequest(names: readonly string[] = usual): Record<string, string> {
  return names.length === 0 ? {} : { 'ns.sreg': namespaces[0] ?? '', 'sreg.optional': names.join(',') }
}

/** The fields that an answer gives, of those that there are (section 4). */
export function registered(signed: Fields): Record<string, string> {
  const fields = extensionFields(signed, namespaces)
  return Object.fromEntries(known.flatMap((name) => (fields.get(name) ? [[name, fields.get(name) ?? '']] : [])))
}

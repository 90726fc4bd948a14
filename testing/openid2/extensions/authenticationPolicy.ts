import { findExtension, type Message } from '../message.js'
import type { ExtensionRequest, Malformed } from './extension.js'

export const authenticationPolicyNamespace = 'http://specs.openid.net/extensions/pape/1.0'

/**
 * Reads a request of the Provider Authentication Policy Extension 1.0 (section 5.1). Which policies are preferred changes nothing: the answer
 * names all that the authentication satisfies.
 */
export function readAuthenticationPolicy(message: Message): ExtensionRequest | Malformed | undefined {
  const alias = findExtension(message, authenticationPolicyNamespace)?.alias
  if (alias === undefined) return undefined
  const age = message.get(`${alias}.max_auth_age`)
  if (age !== undefined && !/^\d{1,10}$/.test(age)) return { problem: 'max_auth_age is not a number of seconds.' }
  return {
    wishes: [],
    ...(age === undefined ? {} : { maxAuthAge: Number(age) }),
    answer: ({ time, policies }) => ({
      [`ns.${alias}`]: authenticationPolicyNamespace,
      [`${alias}.auth_policies`]: policies.length === 0 ? noPolicy : policies.join(' '),
      [`${alias}.auth_time`]: `${new Date(time).toISOString().slice(0, 19)}Z`,
    }),
  }
}

const noPolicy = 'http://schemas.openid.net/pape/policies/2007/06/none'

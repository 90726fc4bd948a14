import type { Message } from '../message.js'
import { attributeExchangeNamespace, readAttributeExchange } from './attributeExchange.js'
import { authenticationPolicyNamespace, readAuthenticationPolicy } from './authenticationPolicy.js'
import type { ExtensionRequest, Malformed } from './extension.js'
import { readSimpleRegistration, simpleRegistrationNamespaces } from './simpleRegistration.js'

/** Reads what an authentication request asks for by extensions; those that nobody knows here are left out (section 12). */
export function readExtensions(message: Message): ExtensionRequest[] | Malformed {
  const requests: ExtensionRequest[] = []
  for (const read of [readSimpleRegistration, readAttributeExchange, readAuthenticationPolicy]) {
    const request = read(message)
    if (request && 'problem' in request) return request
    if (request) requests.push(request)
  }
  return requests
}

/** What discovery says of extensions. */
export const extensionNamespaces = [...simpleRegistrationNamespaces, attributeExchangeNamespace, authenticationPolicyNamespace]

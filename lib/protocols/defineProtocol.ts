import type { Protocol } from '../model/protocol.js'

/** What a protocol does unless it says otherwise: as OAuth 2.0 with bearer tokens (RFC 6749 section 4.1, RFC 6750). */
const customs = {
  // OAuth 2.0 Form Post Response Mode, section 2.
  callbackMethods: ({ responseMode }) => (responseMode?.startsWith('form_post') ? ['GET', 'POST'] : ['GET']),
  state: (parameters) => parameters['state'],
  covers: () => false,
  unsigned: (address) => address,
} satisfies Partial<Protocol>

type OwnParts = Omit<Protocol, keyof typeof customs> & Partial<Protocol>

/**
 * Declares a protocol.
 * @param parts its own functions; what is left out is as in OAuth 2.0
 */
export function defineProtocol<Parts extends OwnParts>(parts: Parts): Parts & Protocol {
  return { ...customs, ...parts }
}

import { AuthError } from '../../base/errors.js'
import type { OwnProtocol } from '../../model/protocols/ownProtocol.js'
import { defineProtocol } from '../own/defineProtocol.js'

/** The first of an account's attributes that is there: a text, or a list of texts. */
function attribute(...names: string[]) {
  return ({ attributes }: Record<string, unknown>): unknown => {
    const known = attributes as Record<string, unknown> | undefined
    return names.flatMap((name) => known?.[name] ?? []).find((value) => typeof value === 'string')
  }
}

/** The address that a login is for: CAS sends nothing back but the ticket, so the state stands here. */
function serviceOf(redirectUri: string, state: string): string {
  const service = new URL(redirectUri)
  service.searchParams.set('state', state)
  return service.href
}

/** Service tickets of the Central Authentication Service (Apereo, CAS Protocol 3.0 Specification, version 3.0.3). */
export function cas(): OwnProtocol {
  // Made when the provider's file asks for it, and not with the package: few applications do.
  return defineProtocol({
    name: 'cas',
    client: 'none',
    requires: ['authorizationEndpoint', 'tokenEndpoint'],
    options: ['endSessionEndpoint', 'maxAge'],
    profile: {
      id: 'user',
      username: 'user',
      name: attribute('displayName', 'cn', 'name'),
      givenName: attribute('givenName', 'firstname'),
      familyName: attribute('sn', 'familyName', 'lastname'),
      email: attribute('mail', 'email'),
    },

    // Section 2.1.1: renew asks for the password, gateway for nothing.
    authorize({ provider, redirectUri }, { state, prompt, maxAge, params }) {
      const location = new URL(provider.authorizationEndpoint)
      for (const [name, value] of Object.entries(params)) location.searchParams.set(name, value)
      const renew = prompt === 'login' || maxAge !== undefined
      if (renew) location.searchParams.set('renew', 'true')
      if (prompt === 'none') location.searchParams.set('gateway', 'true')
      location.searchParams.set('service', serviceOf(redirectUri, state))
      return { location: location.href, ...(renew ? { remember: { renew: 'true' } } : {}) }
    },

    // Sections 3.1 and 3.7. Without a ticket, nobody is signed in there.
    checkResponse(_context, { parameters: { ticket } }) {
      if (ticket === undefined)
        throw new AuthError('access_denied', 'You are not signed in at the provider.', { providerError: 'login_required' })
      if (!/^ST-[\w.-]{1,253}$/.test(ticket)) throw new AuthError('bad_request', 'The ticket is none of CAS.')
    },

    // Section 2.8: the server says once, and soon, for whom a ticket is, if it is for this address.
    async exchange({ provider, redirectUri, http, now }, grant) {
      if (grant.type === 'refresh_token') throw new AuthError('reauth_required', 'CAS gives no tokens: sign in again.')
      const { ticket = '', state = '' } = grant.parameters
      const { renew } = grant.remembered
      const url = new URL(provider.tokenEndpoint)
      url.search = new URLSearchParams({
        service: serviceOf(redirectUri, state),
        ticket,
        format: 'JSON',
        ...(renew === undefined ? {} : { renew }),
      }).toString()
      const { authenticationSuccess, authenticationFailure } = answerOf(await http({ method: 'GET', url: url.href }))
      if (authenticationFailure) {
        const { code } = authenticationFailure
        throw new AuthError('provider_error', 'The provider did not accept the ticket.', {
          providerError: typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code) ? code : undefined,
        })
      }
      if (!authenticationSuccess) throw new AuthError('provider_bad_response', 'The answer of the provider is none of CAS.')
      const { user, attributes } = authenticationSuccess
      // With renew, section 2.5.1, the ticket has come from a password just now; else the server may say when one was typed.
      const typed = renew === undefined ? Date.parse(String(attribute('authenticationDate')({ attributes })).replace(/\[.*$/, '')) : now()
      return { response: { user, attributes }, ...(typed > 0 ? { claims: { auth_time: Math.floor(typed / 1000) } } : {}) }
    },

    userinfo: (_context, { response }) => ({ ...response }),

    // Section 2.3.
    endSession({ provider: { endSessionEndpoint } }, { postLogoutRedirectUri, state }) {
      if (endSessionEndpoint === undefined) return undefined
      const location = new URL(endSessionEndpoint)
      location.searchParams.set('service', serviceOf(postLogoutRedirectUri, state))
      return location.href
    },
  })
}

type Part = Record<string, unknown>

function answerOf({ status, body }: { status: number; body: Uint8Array }): { authenticationSuccess?: Part; authenticationFailure?: Part } {
  try {
    const { serviceResponse } = JSON.parse(new TextDecoder().decode(body)) as { serviceResponse?: object }
    if (status === 200 && serviceResponse) return serviceResponse
  } catch (cause) {
    throw new AuthError('provider_bad_response', 'The answer of the provider is not JSON, which CAS 3.0 has for format=JSON.', { cause })
  }
  throw new AuthError('provider_bad_response', 'The answer of the provider is none of CAS.')
}

import { AuthError } from '../../../lib/base/errors.js'
import type { Registration } from '../../../lib/model/context.js'
import { allowedReturnTo } from '../../core/requestContext.js'
import { isNavigation } from '../../http/origin.js'
import type { Parameters } from '../../http/parameters.js'
import type { ProviderRequest } from '../receive.js'

/**
 * The parameters of a login that a third party starts (OpenID Connect Core section 4), as an ordinary start has them. Others than its
 * three, and those that the entry asks for, are left out: the user has pressed no button here.
 * @returns `undefined` for any other start, and for entries that do not let a third party start one
 * @throws AuthError `issuer_mismatch` for another provider's; `csrf` for one that opens no page
 */
export function thirdPartyParameters({ engine, request, registration, parameters }: ProviderRequest): Parameters | undefined {
  const { iss, login_hint: loginHint, target_link_uri: target } = parameters
  const { provider, ask } = registration
  if (provider.thirdPartyInitiated !== true || iss === undefined) return undefined
  if (!isNavigation(request.host))
    throw new AuthError('csrf', 'A sign-in can only be started by opening this address in a tab.', { provider: registration.slug })
  // Of an entry that asks, the issuer is known once the user has chosen.
  if (!ask) requireIssuer(registration, parameters)
  const returnTo = target === undefined ? undefined : pathAt(target, request.publicUrl.origin)
  if (returnTo !== undefined) request.returnTo = allowedReturnTo(engine, request.publicUrl, returnTo)
  const asked = ask?.parameters.flatMap(({ name }) => (parameters[name] === undefined ? [] : [[name, parameters[name]] as const])) ?? []
  return {
    ...Object.fromEntries(asked),
    iss,
    ...(target === undefined ? {} : { target_link_uri: target }),
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
    ...(returnTo === undefined ? {} : { returnTo }),
  }
}

/** @throws AuthError `issuer_mismatch` for a login that a third party starts in the name of another provider */
export function requireIssuer({ provider, slug }: Registration, { iss }: Parameters): void {
  if (iss === provider.issuer) return
  throw new AuthError('issuer_mismatch', 'This sign-in was asked for in the name of another provider.', { provider: slug })
}

/** The path of an address of this origin; any other as it is, for rule R1 to judge. */
function pathAt(address: string, origin: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url?.origin === origin && !url.username && !url.password ? url.pathname + url.search + url.hash : address
}

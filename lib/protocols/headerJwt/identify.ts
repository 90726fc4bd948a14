import { AuthError } from '../../base/errors.js'
import { readJwt, verifySignedJwt, type JwtChecks, type VerifiedJwt } from '../../endpoints/discovery/verifySignedJwt.js'
import { publicKeyAlgorithms } from '../../endpoints/discovery/algorithms.js'
import type { Context } from '../../model/context.js'
import type { HeaderIdentity } from '../../model/protocol.js'
import { expiryOf, wrongClaim } from './claims.js'

/** One JWT in its compact form (RFC 7515 section 7.1). A header that was sent twice has a comma in the middle. */
const shape = /^[\w-]+={0,2}\.[\w-]+={0,2}\.[\w-]+={0,2}$/

/**
 * Verifies the JWT that a proxy has put into a header of a request. What it says comes first and costs next to nothing: anybody who reaches
 * the application past the proxy can send one. Nothing of it counts before its signature does.
 *
 * @param header a request header; `undefined` where it is absent
 * @returns `undefined` without the header
 * @throws AuthError `assertion_invalid`, with what is wrong as `reason`; what fetching the proxy's keys throws
 */
export async function identify(context: Context, header: (name: string) => string | undefined): Promise<HeaderIdentity | undefined> {
  const { provider, slug } = context
  const jwt = provider.header === undefined ? undefined : header(provider.header)
  if (jwt === undefined || jwt === '') return undefined
  if (!shape.test(jwt)) throw invalidHeader(slug, 'token')
  const checks: JwtChecks = {
    purpose: 'request',
    algorithms: publicKeyAlgorithms(provider),
    what: 'header',
    // Load balancers that name themselves as signer keep the padding, and sign it.
    mayBePadded: provider.signer !== undefined,
  }
  try {
    const wrong = wrongPart(context, readJwt(context, jwt, checks))
    if (wrong !== undefined) throw invalidHeader(slug, wrong)
    const { header: jose, payload: claims } = await verifySignedJwt(context, jwt, checks)
    return { tokenSet: { claims, response: {} }, expiresAt: expiryOf(context, jose, claims) }
  } catch (error) {
    if (error instanceof AuthError && error.code === 'idtoken_invalid') throw invalidHeader(slug, error.reason, error)
    throw error
  }
}

function wrongPart(context: Context, { header, payload }: VerifiedJwt): string | undefined {
  // A payload that is not encoded is an extension (RFC 7797), and none is understood.
  return Object.hasOwn(header, 'b64') ? 'b64' : wrongClaim(context, header, payload)
}

function invalidHeader(slug: string, reason: string | undefined, cause?: unknown): AuthError {
  return new AuthError('assertion_invalid', "The proxy's header did not pass its checks.", { provider: slug, reason, cause })
}

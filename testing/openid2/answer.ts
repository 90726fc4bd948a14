import { randomBytes } from 'node:crypto'
import { redirectReply, type Reply } from '../http.js'
import type { Person } from '../people.js'
import { signatureOf } from './associations.js'
import { identifierOf, ownerOf, paths, type Context } from './context.js'
import type { Authentication } from './extensions/extension.js'
import { openid2Namespace, urlEncoded } from './message.js'
import { formPage, textPage } from './pages.js'
import { identifierSelect, type AuthenticationRequest } from './request.js'
import type { Openid2Fields } from './tampering.js'

/** Says who it is (OpenID Authentication 2.0 section 10.1), or no if that is not whom the request is about. */
export function positiveAnswer(context: Context, request: AuthenticationRequest, who: { person: Person; time: number }): Reply {
  const identifiers = assertedIdentifiers(context, request, who.person)
  if (!identifiers) return negativeAnswer(context, request)
  if (request.returnTo === undefined) return textPage(context, 200, 'You are signed in', 'You can close this page.')

  const { origin, policies, associations } = context
  const { handle, association } = associations.forAssertion(request.associationHandle)
  const authentication: Authentication = { ...who, origin, policies }
  const fields: Openid2Fields = {
    ns: openid2Namespace,
    mode: 'id_res',
    op_endpoint: origin + paths.endpoint,
    ...identifiers,
    return_to: request.returnTo,
    response_nonce: `${new Date(context.clock()).toISOString().slice(0, 19)}Z${randomBytes(9).toString('base64url')}`,
    assoc_handle: handle,
    ...(request.associationHandle === undefined || request.associationHandle === handle
      ? {}
      : { invalidate_handle: request.associationHandle }),
    ...Object.fromEntries(request.extensions.flatMap((extension) => Object.entries(extension.answer(authentication)))),
  }
  const unsigned = ['ns', 'mode']
  fields['signed'] = Object.keys(fields)
    .filter((name) => !unsigned.includes(name))
    .join(',')

  const { beforeSigning, afterSigning } = context.tampering()
  const given = beforeSigning ? beforeSigning(fields) : fields
  const sig = signatureOf(association, new Map(Object.entries(given)), (given['signed'] ?? '').split(','))
  const signed = { ...given, sig }
  return indirectAnswer(context, request.returnTo, afterSigning ? afterSigning(signed) : signed)
}

/** Says that it cannot be said without asking, or that the person did not want it to be said (section 10.2). */
export function negativeAnswer(context: Context, { isImmediate, returnTo }: AuthenticationRequest): Reply {
  if (returnTo === undefined) return textPage(context, 200, 'Nothing was shared', 'You can close this page.')
  return indirectAnswer(context, returnTo, { ns: openid2Namespace, mode: isImmediate ? 'setup_needed' : 'cancel' })
}

/** Says what is wrong with a request (section 5.2.3). */
export function errorAnswer(context: Context, returnTo: string, problem: string): Reply {
  return { ...indirectAnswer(context, returnTo, { ns: openid2Namespace, mode: 'error', error: problem }), problem }
}

function indirectAnswer(context: Context, returnTo: string, fields: Openid2Fields): Reply {
  const location = `${returnTo}${returnTo.includes('?') ? '&' : '?'}${urlEncoded(fields)}`
  return location.length > maximumLocation ? formPage(context, returnTo, fields) : redirectReply(location)
}

/** The identifiers that can be asserted of a person; `undefined` if the request is about somebody else. */
function assertedIdentifiers({ origin }: Context, { identifiers }: AuthenticationRequest, person: Person): Openid2Fields | undefined {
  if (!identifiers) return {}
  const { claimedId, identity } = identifiers
  if (identity === identifierSelect) return { claimed_id: identifierOf(origin, person), identity: identifierOf(origin, person) }
  // A claimed identifier from elsewhere may have its owner's page delegate to this provider; the relying party sees to that.
  const isForeign = !claimedId.startsWith(`${origin}/`)
  const isTheirs = ownerOf(origin, identity) === person && (isForeign || ownerOf(origin, claimedId) === person)
  return isTheirs ? { claimed_id: claimedId, identity } : undefined
}

const maximumLocation = 2048

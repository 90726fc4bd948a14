import { AuthError } from '../../base/errors.js'
import { withParameters } from '../../base/parameters.js'
import { randomToken } from '../../base/random.js'
import type { Context } from '../../model/context.js'
import type { Authorization, LoginOptions } from '../../model/login.js'
import { isOfFlow } from '../loginParams.js'
import { returnAddress } from './assertion.js'
import { associationWith } from './associations/associations.js'
import { discoverEntry } from './discovery/discover.js'
import { fetchRequest } from './extensions/attributeExchange.js'
import { policyRequest, wantedPolicies } from './extensions/authenticationPolicy.js'
import { registrationRequest } from './extensions/simpleRegistration.js'
import { identifierSelect, openid2Namespace, prefixed } from './message.js'
import { coversAddress } from './realm.js'

/** Characters of an address that every browser and server takes; a longer request is posted (OpenID Authentication 2.0 section 5.2.1). */
const maxLocation = 2048

/** Whom a login is about. */
interface Subject {
  endpoint: string
  /** Absent where the provider is to say whose identifier it is. */
  claimedId?: string
  /** What the provider calls the user, where it is another name. */
  localId?: string
}

/**
 * An authentication request (OpenID Authentication 2.0 section 9.1), and what its answer is checked against.
 * @throws AuthError `discovery_failed`; `config_invalid` for a realm that does not cover the callback
 */
export async function authenticationRequest(context: Context, options: LoginOptions): Promise<Authorization> {
  const { provider, slug, redirectUri } = context
  const realm = provider.realm ?? `${context.baseUrl}/`
  if (!coversAddress(realm, redirectUri)) throw uncovered(slug, redirectUri)
  const subject = await subjectOf(context)
  const { endpoint, claimedId, localId } = subject
  const association = provider.associations === true ? await associationWith(context, endpoint) : undefined
  const state = randomToken()
  const wanted = wantedPolicies(context, options)
  const { prompt: standing, ...configured } = provider.authorizationParams ?? {}
  const asked = {
    ...prefixed(
      Object.entries({
        ...registrationRequest(provider.simpleRegistration),
        ...fetchRequest(provider.attributeExchange),
        ...policyRequest(wanted),
      }),
    ),
    ...Object.fromEntries(Object.entries(configured).filter(([name]) => !isOfFlow(provider, name))),
    ...options.params,
  }
  const parameters = {
    ...(provider.hooks?.authorizationRequest?.(asked) ?? asked),
    ...prefixed(
      Object.entries({
        ns: openid2Namespace,
        mode: (options.prompt ?? standing) === 'none' ? 'checkid_immediate' : 'checkid_setup',
        claimed_id: claimedId ?? identifierSelect,
        identity: claimedId === undefined ? identifierSelect : (localId ?? claimedId),
        return_to: returnAddress(context, state),
        realm,
        ...(association ? { assoc_handle: association.handle } : {}),
      }),
    ),
  }
  const own = {
    ...subject,
    ...(association ? { ...association, until: String(association.until) } : {}),
    ...(wanted.policies.length > 0 ? { policies: wanted.policies.join(' ') } : {}),
  }
  const location = withParameters(endpoint, parameters)
  return location.length > maxLocation
    ? { location: endpoint, form: parameters, state, checks: { own } }
    : { location, state, checks: { own } }
}

/** What discovery says, unless the entry does: by an endpoint of its own, which is asked whose identifier it is. */
async function subjectOf(context: Context): Promise<Subject> {
  const { provider, slug } = context
  if (provider.authorizationEndpoint !== undefined) return { endpoint: provider.authorizationEndpoint }
  if (provider.identifier === undefined)
    throw new AuthError('config_invalid', `providers.${slug}.identifier is missing.`, { provider: slug })
  const { identifier, services } = await discoverEntry(context, provider.identifier)
  const [service] = services
  if (!service) throw new AuthError('discovery_failed', 'At this address no OpenID provider could be found.', { provider: slug })
  const { endpoint, localId, isProvider } = service
  if (isProvider) return { endpoint }
  return { endpoint, claimedId: identifier, ...(localId === undefined || localId === identifier ? {} : { localId }) }
}

export function uncovered(slug: string, redirectUri: string): AuthError {
  return new AuthError(
    'config_invalid',
    `providers.${slug}.realm must be an address that covers the callback ${redirectUri}: its scheme, host and port, and the beginning of its path.`,
    { provider: slug },
  )
}

import { AuthError } from '../../lib/base/errors.js'
import { callbackMethods } from '../../lib/callback.js'
import type { Registration } from '../../lib/model/context.js'
import type { Engine } from '../core/engine.js'
import { allowedReturnTo, requireCertainty, type RequestContext } from '../core/requestContext.js'
import type { HostRequest } from '../http/host.js'
import { type Parameters, queryParameters } from '../http/parameters.js'

/** A request for a route of one provider. */
export interface ProviderRequest {
  engine: Engine
  request: RequestContext
  registration: Registration
  /** Query and form. */
  parameters: Parameters
}

/**
 * The parameters of a request for a route.
 * @throws AuthError `method_not_allowed`, `bad_request`, `too_large`
 */
export async function receive(request: RequestContext, methods: readonly string[]): Promise<Parameters> {
  requireMethod(request, methods)
  return await parametersOf(request.host)
}

/**
 * The same for a route of a provider.
 * @param methods those of the provider's callback by default
 * @throws AuthError `unknown_provider` too, and `store_unavailable` while it is not known who is signed in
 */
export async function receiveForProvider(
  engine: Engine,
  request: RequestContext,
  slug: string,
  methods?: readonly string[],
): Promise<ProviderRequest> {
  // A store that is away now would most likely refuse the end of a login, after all that the user does at the provider.
  requireCertainty(request)
  const registration = await engine.find(slug, request.host)
  if (!registration) throw new AuthError('unknown_provider', 'There is no such way to sign in here.')
  requireMethod(request, methods ?? (await callbackMethods(registration.provider)))
  const parameters = await parametersOf(request.host).catch(asRetryable)
  // So that "start again" leads where the user wanted to go.
  if (parameters['returnTo'] !== undefined) request.returnTo = allowedReturnTo(engine, request.publicUrl, parameters['returnTo'])
  return { engine, request, registration, parameters }
}

/** What a link or another program got wrong, a press of the provider's button gets right. */
function asRetryable(error: unknown): never {
  if (error instanceof AuthError) error.retry = true
  throw error
}

/** @throws AuthError `method_not_allowed` */
export function requireMethod(request: RequestContext, methods: readonly string[]): void {
  if (methods.includes(request.host.method)) return
  request.allow = methods
  throw new AuthError('method_not_allowed', `This address takes ${methods.join(' or ')}.`)
}

/** Query and, for a POST, body together; one name stands in one of them. */
async function parametersOf(host: HostRequest): Promise<Parameters> {
  const query = queryParameters(host.target)
  if (host.method !== 'POST') return query
  const form = await host.form()
  const repeated = Object.keys(query).find((name) => name in form && form[name] !== query[name])
  if (repeated !== undefined) throw new AuthError('bad_request', 'Each parameter may be given once, as plain text.')
  return { ...query, ...form }
}

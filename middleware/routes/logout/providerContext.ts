import { AuthError } from '../../../lib/base/errors.js'
import type { Context } from '../../../lib/model/context.js'
import type { Engine } from '../../core/engine.js'
import { contextOf, type RequestContext } from '../../core/requestContext.js'
import type { Parameters } from '../../http/parameters.js'
import { chosenRegistration } from '../../login/beginLogin.js'

/**
 * The provider that a request comes from which no user has sent.
 * @param given what its address says of the parameters, where users choose some: it was registered with them
 * @throws AuthError `unknown_provider`, `bad_request`
 */
export async function providerContext(
  engine: Engine,
  { host, publicUrl }: RequestContext,
  slug: string,
  given: Parameters,
): Promise<Context> {
  const entry = await engine.find(slug, host)
  if (!entry) throw new AuthError('unknown_provider', 'There is no such address here.')
  return contextOf(engine, await chosenRegistration(engine, entry, given), publicUrl)
}

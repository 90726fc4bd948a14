import { login } from '../../lib/login.js'
import type { Registration } from '../../lib/model/context.js'
import type { LoginOptions } from '../../lib/model/login.js'
import type { Engine } from '../core/engine.js'
import { contextOf, type RequestContext } from '../core/requestContext.js'

/**
 * Begins a login and remembers it for this browser.
 * @param stepUp digest of what a guard asks of it
 * @returns the provider's address to send the browser to
 */
export async function beginLogin(
  engine: Engine,
  request: RequestContext,
  registration: Registration,
  options: LoginOptions,
  stepUp?: string,
): Promise<string> {
  const { location, transaction } = await login(contextOf(engine, registration, request.publicUrl), options)
  await request.transactions.put(stepUp === undefined ? transaction : { ...transaction, stepUp })
  engine.log('info', { event: 'login_started', provider: registration.slug })
  return location
}

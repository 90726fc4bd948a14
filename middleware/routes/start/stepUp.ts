import { returnToOf } from '../../core/requestContext.js'
import { goToProvider } from '../../core/replies/goToProvider.js'
import { wantsJson } from '../../http/negotiation.js'
import { goOn, type Reply } from '../../http/reply.js'
import { asksFirst, beginStepUp } from '../../login/stepUp/stepUp.js'
import { openStepUp, stepUpParameter } from '../../login/stepUp/stepUpPath.js'
import type { ProviderRequest } from '../receive.js'

/**
 * Begins what the address of a step-up asks for, which an error's `location` has: for the session that it was made for.
 * @param confirm what asks the user first, or refuses
 * @returns `undefined` for a login of somebody who is signed out by now
 * @throws AuthError what `confirm` and starting a login throw
 */
export async function stepUpRoute(received: ProviderRequest, confirm: () => Reply | undefined): Promise<Reply | undefined> {
  const { engine, request, registration, parameters } = received
  const { host, publicUrl, record } = request
  const text = parameters[stepUpParameter]
  if (text === undefined || !record) return undefined
  const returnTo = returnToOf(engine, publicUrl, parameters['returnTo'], engine.settings.afterLogin)
  const question = confirm()
  const stepUp = openStepUp(engine, request, registration.slug, text)
  // Of another session, or too old: who needs it asks again.
  if (!stepUp) return goOn(wantsJson(host), 302, returnTo)
  if (question && asksFirst(engine, request, returnTo)) return question
  return goToProvider(wantsJson(host), 302, await beginStepUp(engine, request, stepUp, returnTo))
}

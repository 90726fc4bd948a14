import { returnToOf } from '../../core/requestContext.js'
import { wantsJson } from '../../http/negotiation.js'
import { goOn, page, type Reply } from '../../http/reply.js'
import { notSentPage } from '../../pages/notSentPage.js'
import type { ProviderRequest } from '../receive.js'

/** `GET /auth/:provider/confirmed`: after a sign-in that a form had to wait for, says that the form was not sent. */
export function confirmedRoute({ engine, request, parameters }: ProviderRequest): Promise<Reply> {
  const asked = parameters['returnTo']
  const returnTo = returnToOf(engine, request.publicUrl, asked, engine.settings.afterLogin)
  // Somebody who is not signed in has confirmed nothing.
  if (!request.record || wantsJson(request.host)) return Promise.resolve(goOn(wantsJson(request.host), 302, returnTo))
  return Promise.resolve(page(200, notSentPage({ url: returnTo, isForm: asked !== undefined })))
}

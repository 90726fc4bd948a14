import { AuthError } from '../../../lib/base/errors.js'
import { loadProtocol } from '../../../lib/protocols/index.js'
import { redirectUriOf } from '../../core/requestContext.js'
import { protection, type Reply } from '../../http/reply.js'
import type { ProviderRequest } from '../receive.js'

/** `GET /auth/:provider/xrds`: to which addresses a provider may send users back. All entries of the protocol share one site, and so one list. */
export async function xrdsRoute({ engine, request, registration }: ProviderRequest): Promise<Reply> {
  const { protocol } = registration.provider
  const { relyingPartyDocument } = await loadProtocol(registration.provider)
  if (!relyingPartyDocument) throw new AuthError('unknown_provider', 'There is nothing at this address.', { provider: registration.slug })
  const others = [...engine.settings.registrations.values()].filter(
    ({ provider, slug }) => provider.protocol === protocol && slug !== registration.slug,
  )
  const { contentType, body } = relyingPartyDocument([registration, ...others].map((one) => redirectUriOf(one, request.publicUrl)))
  return { status: 200, headers: { ...protection, 'Content-Type': contentType, 'Content-Length': String(Buffer.byteLength(body)) }, body }
}

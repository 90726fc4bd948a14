import { utf8 } from '../../base/json.js'
import { createHttp } from '../../http/http.js'
import { usableAddress } from '../../http/metadataAddresses.js'
import { insideOf } from '../../http/publicAddress.js'
import type { Context } from '../../model/context.js'
import type { Http, Outbound } from '../../model/http.js'
import { type Fields, prefixed, readKeyValueForm } from './message.js'

const maxAddress = 512

/**
 * Whether an address that a document or an answer names may be used: https, or as the entry's own on this machine; no private network
 * unless the entry is there itself (R14 in the rules).
 */
export function isUsable({ provider, outbound }: Context, address: unknown): address is string {
  return (
    typeof address === 'string'
    && address.length <= maxAddress
    && usableAddress([provider.identifier, provider.authorizationEndpoint], outbound)(address)
  )
}

// By the settings, of which an application has one.
const publicWays = new WeakMap<Outbound, Http>()

/**
 * The way to an address that `isUsable` has passed. Only the entry's own hosts may lead into a private network: whatever else a document
 * names is connected to at public addresses.
 */
export function wayTo({ provider, http, reach, outbound }: Context, address: string): Http {
  const { hostname } = new URL(address)
  const isOwn = [provider.identifier, provider.authorizationEndpoint].some((own) => own !== undefined && new URL(own).hostname === hostname)
  if (reach === 'public' || isOwn || insideOf(hostname) !== undefined) return http
  let way = publicWays.get(outbound)
  if (!way) publicWays.set(outbound, (way = createHttp(outbound, { publicOnly: true }).http))
  return way
}

/**
 * Asks a provider past the browser (OpenID Authentication 2.0 section 5.1).
 * @param endpoint one that discovery, or the entry, has named
 * @param timeout milliseconds; as for any call unless given
 * @returns the status, and the fields of an answer of 200 in Key-Value Form
 * @throws AuthError `provider_timeout`, `provider_bad_response`
 */
export async function directRequest(
  context: Context,
  endpoint: string,
  fields: Iterable<readonly [string, string]>,
  timeout?: number,
): Promise<{ status: number; answer: Fields | undefined }> {
  const send = wayTo(context, endpoint)
  const { status, body } = await send({
    method: 'POST',
    url: endpoint,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(prefixed(fields)).toString(),
    ...(timeout === undefined ? {} : { timeout }),
  })
  return { status, answer: status === 200 ? readKeyValueForm(utf8(body)) : undefined }
}

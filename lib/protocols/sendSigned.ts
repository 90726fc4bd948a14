import { withValue } from '../base/awaitable.js'
import { asksForNonce, rememberNonce } from '../endpoints/dpop/nonces.js'
import type { Context } from '../model/context.js'
import type { HttpResponse } from '../model/http.js'
import type { Protocol } from '../model/protocol.js'
import type { ApiRequest } from '../model/provider.js'
import type { Tokens } from '../model/tokens.js'

/** Signs a request of a login and sends it; once more with a new proof where the server wants its nonce in it (RFC 9449 section 9). */
export async function sendSigned(context: Context, tokens: Tokens, sign: Protocol['sign'], request: ApiRequest): Promise<HttpResponse> {
  const send = async (): Promise<HttpResponse> => {
    const response = await withValue(sign(context, tokens, request), context.http)
    if (tokens.dpopKey !== undefined) rememberNonce(context.client, request.url, response.headers)
    return response
  }
  const response = await send()
  return tokens.dpopKey !== undefined && asksForNonce(response) ? send() : response
}

import type { Configuration, DPoPHandle, DPoPOptions } from 'openid-client'
import { AuthError } from '../../base/errors.js'
import { asText } from '../../base/json.js'
import type { Context } from '../../model/context.js'
import type { ApiRequest } from '../../model/provider.js'
import type { Tokens } from '../../model/tokens.js'
import { loadOpenidClient, type OpenidClient } from '../openidClient.js'
import { dpopJwk } from './keys.js'
import { nonceFor } from './nonces.js'

/**
 * What makes openid-client prove that it has a key, and try again once where the server wants a nonce (RFC 9449 sections 5 and 8).
 * @param key to bind tokens to, or that they are bound to; without one there is nothing to prove
 */
export async function dpopOptions(
  configuration: Configuration,
  context: Pick<Context, 'client' | 'slug'>,
  key: string | undefined,
): Promise<DPoPOptions> {
  return key === undefined ? {} : { DPoP: await dpopHandle(await loadOpenidClient(), configuration, context, key) }
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }

async function dpopHandle(
  openidClient: OpenidClient,
  configuration: Configuration,
  { client, slug }: Pick<Context, 'client' | 'slug'>,
  key: string,
): Promise<DPoPHandle> {
  const jwk = dpopJwk(key)
  if (!jwk) throw withoutKey(slug)
  const { d: _private, ...publicJwk } = jwk
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']),
    crypto.subtle.importKey('jwk', publicJwk, algorithm, true, ['verify']),
  ])
  return openidClient.getDPoPHandle(
    configuration,
    { privateKey, publicKey },
    {
      // The library remembers nonces for one key; servers give the same ones for all.
      [openidClient.modifyAssertion]: (_header, payload) => {
        const nonce = nonceFor(client, asText(payload['htu']))
        if (nonce !== undefined) payload['nonce'] = nonce
      },
    },
  )
}

// As long as tokens are the same value, so is what signs for them.
const handles = new WeakMap<Tokens, Promise<DPoPHandle>>()

/**
 * A request with an access token that is bound to a key, and the proof of that key for this one request (RFC 9449 section 7.1).
 * @throws AuthError `reauth_required` for tokens that were kept without their key
 */
export async function prove(context: Pick<Context, 'client' | 'slug'>, tokens: Tokens, request: ApiRequest): Promise<ApiRequest> {
  const openidClient = await loadOpenidClient()
  const configuration = signingConfiguration(openidClient)
  const handle = handles.get(tokens) ?? dpopHandle(openidClient, configuration, context, tokens.dpopKey ?? '')
  handles.set(tokens, handle)
  const { headers } = await openidClient.fetchProtectedResource(
    configuration,
    tokens.accessToken,
    new URL(request.url),
    request.method,
    undefined,
    new Headers(),
    { DPoP: await handle },
  )
  return {
    ...request,
    headers: { ...request.headers, authorization: headers.get('authorization') ?? '', dpop: headers.get('dpop') ?? '' },
  }
}

let signing: Configuration | undefined

/** A configuration whose requests go nowhere: the answer to each is its own headers, for the way out that the request then takes. */
function signingConfiguration(openidClient: OpenidClient): Configuration {
  if (signing) return signing
  signing = new openidClient.Configuration({ issuer: 'https://nobody.invalid' }, 'nobody')
  signing[openidClient.customFetch] = (_url, { headers }) => Promise.resolve(new Response(null, { headers }))
  signing.timeout = undefined
  // Where a token may go is decided before; plain http is for this machine itself.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  openidClient.allowInsecureRequests(signing)
  return signing
}

function withoutKey(slug: string): AuthError {
  return new AuthError(
    'reauth_required',
    'The access is bound to a key that was not kept with it (dpopKey of the tokens); sign in again.',
    {
      provider: slug,
    },
  )
}

import { AuthError } from '../../base/errors.js'
import { isObject, readJson, utf8 } from '../../base/json.js'
import { withParameters } from '../../base/parameters.js'
import { inTurn } from '../../endpoints/authorization/callsUnderWay.js'
import { tokenTimeoutFactor } from '../../http/http.js'
import type { Context } from '../../model/context.js'
import type { HttpResponse } from '../../model/http.js'
import type { Authorization, CallbackParameters, Transaction } from '../../model/login.js'
import type { ApiRequest } from '../../model/provider.js'
import type { Tokens } from '../../model/tokens.js'
import { denied } from '../authorizationResponse.js'
import { defineProtocol } from '../defineProtocol.js'
import { endpoint } from '../endpoint.js'
import { fetchProfile } from '../userinfo.js'
import { learnClock, timestampFor } from './clock.js'
import { freshNonce } from './nonce.js'
import { formContentType } from './parameters.js'
import { hasPlaceInBody, signRequest, type SigningOptions } from './signature.js'

/** A token and its secret, of whichever leg (RFC 5849 section 1.1). */
interface TokenPair {
  token: string
  secret: string
}

/** OAuth 1.0a (RFC 5849): temporary credentials, the person's approval, token credentials. Revision 1.0 without the "a" is refused. */
export const protocol = defineProtocol({
  async authorize(context, options): Promise<Authorization> {
    const { provider, slug, redirectUri } = context
    const address = endpoint(context, 'requestTokenEndpoint')
    const form =
      provider.hooks?.tokenRequest?.({ ...provider.requestTokenParams }, { client: context.client, callback: {} })
      ?? provider.requestTokenParams
    const answer = await inTurn(new URL(address).origin, () => callForTokens(context, address, { oauth_callback: redirectUri }, form))
    // RFC 5849 section 2.1; servers that write "True" are in use.
    if (answer['oauth_callback_confirmed']?.toLowerCase() !== 'true') {
      throw new AuthError('provider_bad_response', 'The provider speaks OAuth 1.0 without the fix of 1.0a, which is not safe to use.', {
        provider: slug,
      })
    }
    const { token, secret } = tokenPair(answer, slug)
    const hint = options.loginHint === undefined ? {} : { login_hint: options.loginHint }
    const asked = { ...provider.authorizationParams, ...hint, ...options.params }
    const parameters = provider.hooks?.authorizationRequest?.(asked) ?? asked
    return {
      location: withParameters(endpoint(context, 'authorizationEndpoint'), { ...parameters, oauth_token: token }),
      state: token,
      checks: { requestToken: token, requestTokenSecret: secret },
    }
  },

  // Providers name the token in another parameter when the person says no.
  state: (parameters) => parameters['oauth_token'] ?? parameters['denied'],

  async checkResponse({ slug }, { parameters }) {
    oauthVerifier(parameters, slug)
    return parameters
  },

  async exchange(context, grant) {
    if (grant.type !== 'authorization_code') {
      throw new AuthError('reauth_required', 'OAuth 1.0a tokens cannot be refreshed; sign in again.', { provider: context.slug })
    }
    const verifier = oauthVerifier(grant.parameters, context.slug)
    const { requestToken: token = '', requestTokenSecret: secret = '' } = grant.transaction satisfies Transaction
    const response = await callForTokens(context, endpoint(context, 'accessTokenEndpoint'), { oauth_verifier: verifier }, undefined, {
      token,
      secret,
    })
    const repaired = context.provider.hooks?.tokenResponse?.(response) ?? response
    const pair = tokenPair(repaired, context.slug)
    return {
      tokens: { accessToken: pair.token, tokenSecret: pair.secret, tokenType: 'OAuth', issuedAt: Math.floor(context.now() / 1000) },
      response: withoutSecrets(repaired),
    }
  },

  userinfo(context, tokenSet) {
    return fetchProfile(context, tokenSet, sign)
  },

  sign,

  // RFC 5849 section 3.4.1.3: the fields of a form are part of the signature; so is the hash of any other body where it is asked for.
  covers: ({ provider }, { headers }) => provider.bodyHash === true || headers['content-type']?.startsWith(formContentType) === true,

  // RFC 5849 section 3.5.3.
  unsigned(address) {
    const url = new URL(address)
    for (const name of [...url.searchParams.keys()]) {
      if (name.startsWith('oauth_')) url.searchParams.delete(name)
    }
    return url
  },

  refused: learnClock,
})

function sign(context: Context, tokens: Tokens, request: ApiRequest): ApiRequest {
  const { bodyHash, signaturePlacement, realm } = context.provider
  const token = { token: tokens.accessToken, secret: tokens.tokenSecret ?? '' }
  return signed(context, request, token, { signaturePlacement: placementOf(request, signaturePlacement), realm, bodyHash })
}

// RFC 5849 section 3.5.2: only a form can carry the parameters in its body; any other request has them in the header.
function placementOf(request: ApiRequest, placement: SigningOptions['signaturePlacement']): SigningOptions['signaturePlacement'] {
  const isForm = request.headers['content-type'] !== undefined && hasPlaceInBody(request)
  return placement === 'body' && !isForm ? 'header' : placement
}

function oauthVerifier(parameters: CallbackParameters, slug: string): string {
  if (parameters['denied'] !== undefined || parameters['oauth_problem'] === 'user_refused') throw denied(slug)
  const verifier = parameters['oauth_verifier']
  if (!verifier || verifier.length > 1024)
    throw new AuthError('bad_request', "The provider's answer holds no usable oauth_verifier.", { provider: slug })
  return verifier
}

/** One call of the first or third leg: always POST, signed in the header, answered form-encoded (JSON occurs). */
async function callForTokens(
  context: Context,
  url: string,
  oauthParameters: Record<string, string>,
  form?: Record<string, string>,
  token?: TokenPair,
): Promise<Record<string, string>> {
  const { http, outbound, provider, slug } = context
  const hasForm = form !== undefined && Object.keys(form).length > 0
  const request: ApiRequest = {
    method: 'POST',
    url,
    headers: hasForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {},
    body: hasForm ? new URLSearchParams(form).toString() : undefined,
  }
  // The extension asks for no oauth_body_hash at token endpoints.
  const placing: Placing = { signaturePlacement: 'header', realm: provider.realm, parameters: oauthParameters }
  const call = (): Promise<HttpResponse> =>
    http({ ...signed(context, request, token, placing), timeout: outbound.timeout * tokenTimeoutFactor })
  const first = await call()
  const response = learnClock(context, first) ? await call() : first
  if (response.status !== 200) {
    throw new AuthError('provider_bad_response', `The provider answered with HTTP ${String(response.status)}.`, { provider: slug })
  }
  return parseTokenAnswer(utf8(response.body))
}

function parseTokenAnswer(text: string): Record<string, string> {
  if (!text.trimStart().startsWith('{')) return Object.fromEntries(new URLSearchParams(text))
  const value = readJson(text)
  const members = Object.entries(isObject(value) ? value : {}).filter(([, member]) => typeof member !== 'object')
  return Object.fromEntries(members.map(([name, member]) => [name, String(member)]))
}

function tokenPair(answer: Record<string, unknown>, slug: string): TokenPair {
  const { oauth_token: token, oauth_token_secret: secret } = answer
  if (typeof token !== 'string' || token === '' || typeof secret !== 'string') {
    throw new AuthError('provider_bad_response', "The provider's answer holds no usable token.", { provider: slug })
  }
  return { token, secret }
}

function withoutSecrets(answer: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !name.startsWith('oauth_')))
}

type Placing = Pick<SigningOptions, 'signaturePlacement' | 'realm' | 'bodyHash' | 'parameters'>

function signed(
  context: Context,
  request: ApiRequest,
  token: TokenPair | undefined,
  { signaturePlacement, realm, bodyHash, parameters }: Placing,
): ApiRequest {
  const { provider, client, slug } = context
  try {
    const { url, headers, body } = signRequest(
      request,
      {
        clientId: client.clientId,
        clientSecret: client.clientSecret,
        privateKey: client.privateKey,
        token: token?.token,
        tokenSecret: token?.secret,
      },
      {
        signatureMethod: provider.signatureMethod ?? 'HMAC-SHA1',
        signaturePlacement,
        realm,
        bodyHash,
        parameters,
        timestamp: timestampFor(context),
        nonce: freshNonce(),
      },
    )
    return { method: request.method, url, headers, body }
  } catch (cause) {
    throw new AuthError(
      'config_invalid',
      `A request to providers.${slug} cannot be signed: ${cause instanceof Error ? cause.message : 'unknown reason'}`,
      { provider: slug, cause },
    )
  }
}

import { AuthError } from '../../base/errors.js'
import { randomToken } from '../../base/random.js'
import type { Context } from '../../model/context.js'
import type { CallbackParameters, CodeGrant, Grant, LoginOptions } from '../../model/login.js'
import type { Protocol, TokenSet } from '../../model/protocol.js'
import type { ApiRequest } from '../../model/provider.js'
import type {
  ProtocolCallback,
  ProtocolContext,
  ProtocolDefinition,
  ProtocolGrant,
  ProtocolLogin,
} from '../../model/protocols/definition.js'
import type { ProtocolOption } from '../../model/protocols/protocolOptions.js'
import { requestedScope } from '../authorizationRequest.js'
import { signByBearer } from '../bearer.js'
import { callbackFacts, fetchProfile } from '../userinfo.js'
import { readAddress, readAuthorization, readParameters, readProfile, readResult, readSigned } from './answers.js'
import { answerAtOnce, answerOf, type Part } from './calls.js'

/**
 * An application's own protocol, as the flow works with all of them: the state is ours, each function has an end to waiting for it, and what it
 * answers is checked.
 * @param definition what `defineProtocol` was given
 */
export function ownProtocol(definition: ProtocolDefinition<ProtocolOption>): Protocol {
  const { name, tokens: hasTokens = false, options = [], requires = [] } = definition
  const readsMaxAge = [...requires, ...options].includes('maxAge')
  const at = (part: string, slug?: string): Part => ({ name, part, slug })

  const sign: Protocol['sign'] = (context, tokens, request) => {
    if (!definition.sign) return signByBearer(context, tokens, request)
    const call = (): unknown => definition.sign?.(contextOf(context, name), { ...tokens }, copied(request))
    return answerOf(context, at('sign', context.slug), call, (answer, wrong) => readSigned(answer, request, wrong))
  }

  return {
    async authorize(context, login) {
      const state = randomToken()
      const call = (): unknown => definition.authorize(contextOf(context, name), loginOf(context, login, state))
      const { remember, ...to } = await answerOf(context, at('authorize', context.slug), call, readAuthorization)
      return { ...to, state, checks: remember === undefined ? {} : { own: remember } }
    },

    callbackMethods: () => definition.callbackMethods ?? ['GET'],

    state(parameters) {
      if (!definition.state) return parameters['state']
      return answerAtOnce(
        at('state'),
        () => definition.state?.({ ...parameters }),
        (answer, wrong) => {
          if (answer === undefined || typeof answer === 'string') return answer
          throw wrong('must answer a text or undefined')
        },
      )
    },

    async checkResponse(context, grant) {
      if (!definition.checkResponse) return grant.parameters
      const call = (): unknown => definition.checkResponse?.(contextOf(context, name), callbackOf(grant))
      return answerOf(context, at('checkResponse', context.slug), call, (answer, wrong) => readParameters(answer, grant.parameters, wrong))
    },

    async exchange(context, grant) {
      const asked = grantOf(context, grant)
      const facts = { grant, tokens: hasTokens, isBearer: !definition.sign, now: context.now() }
      const result = await answerOf(
        context,
        at('exchange', context.slug),
        () => definition.exchange(contextOf(context, name), asked),
        (answer, wrong) => readResult(answer, facts, wrong),
      )
      if (readsMaxAge) checkAge(context, grant, result)
      return { ...result, callback: callbackFacts(context.provider, grant) }
    },

    async userinfo(context, tokenSet) {
      const { tokens, response } = tokenSet
      const given = { response: { ...response }, ...(tokens ? { tokens: { ...tokens } } : {}) }
      const call = (): unknown => definition.userinfo?.(contextOf(context, name), given)
      return definition.userinfo
        ? answerOf(context, at('userinfo', context.slug), call, readProfile)
        : fetchProfile(context, tokenSet, sign)
    },

    sign,

    covers(context, request) {
      const { covers } = definition
      if (!covers) return false
      return answerAtOnce(
        at('covers', context.slug),
        () => covers(contextOf(context, name), copied(request)),
        (answer) => answer !== false,
      )
    },

    unsigned(address) {
      const { unsigned } = definition
      if (!unsigned) return address
      return answerAtOnce(
        at('unsigned'),
        () => unsigned(new URL(address)),
        (answer, wrong) => {
          if (answer instanceof URL && answer.origin === address.origin) return answer
          throw wrong('must answer a URL of the same origin')
        },
      )
    },

    async endSession(context, { postLogoutRedirectUri, state }) {
      const call = (): unknown => definition.endSession?.(contextOf(context, name), { postLogoutRedirectUri, state })
      return answerOf(context, at('endSession', context.slug), call, (answer, wrong) =>
        answer === undefined ? undefined : readAddress(answer, wrong),
      )
    },
  }
}

/** Seconds in which an answer may be claimed again at most. */
const maxClaim = 86_400

function contextOf({ slug, provider, client, redirectUri, http, claimOnce, now }: Context, name: string): ProtocolContext<ProtocolOption> {
  return Object.freeze({
    slug,
    // The entry has been checked: what the protocol requires is there.
    provider: provider as ProtocolContext<ProtocolOption>['provider'],
    client,
    redirectUri,
    http,
    claimOnce: async (value: string, seconds: number) => {
      // Anything else would let a value be seen for the first time again.
      if (typeof value === 'string' && seconds > 0 && seconds <= maxClaim) return claimOnce(JSON.stringify([name, slug, value]), seconds)
      throw new AuthError(
        'hook_failed',
        `The protocol '${name}' must claim a text for more than 0 and at most ${String(maxClaim)} seconds.`,
      )
    },
    now,
  })
}

function loginOf(context: Context, login: LoginOptions, state: string): ProtocolLogin {
  const { prompt, loginHint, params = {} } = login
  const maxAge = login.maxAge ?? context.provider.maxAge
  const acrValues = login.acrValues ?? context.provider.acrValues
  return {
    state,
    scope: requestedScope(context, login),
    ...(prompt === undefined ? {} : { prompt }),
    ...(loginHint === undefined ? {} : { loginHint }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(acrValues === undefined ? {} : { acrValues: [...acrValues] }),
    params: { ...params },
  }
}

/** What a protocol may know of a login that comes back: nothing of whose session it is for, or where it leads. */
function callbackOf({ type, transaction, parameters }: CodeGrant): ProtocolCallback {
  const { own, scope = [], maxAge } = transaction
  return {
    type,
    parameters: Object.freeze<CallbackParameters>({ ...parameters }),
    remembered: { ...own },
    scope: [...scope],
    ...(maxAge === undefined ? {} : { maxAge }),
  }
}

function grantOf({ slug, provider }: Context, grant: Grant): ProtocolGrant {
  if (grant.type === 'authorization_code') return callbackOf(grant)
  if (grant.type === 'refresh_token' && grant.target === undefined) return { type: grant.type, tokens: { ...grant.tokens } }
  throw new AuthError('config_invalid', `The protocol '${provider.protocol}' of providers.${slug} has tokens of its users alone.`, {
    provider: slug,
  })
}

/** Seconds that clocks may differ by, where an entry does not say. */
const usualTolerance = 30

/** A sign-in that was to be fresh says that it is: a protocol that reads `maxAge` cannot forget it. */
function checkAge({ slug, provider, now }: Context, grant: Grant, { claims }: TokenSet): void {
  const maxAge = grant.type === 'authorization_code' ? grant.transaction.maxAge : undefined
  if (maxAge === undefined) return
  const authTime = claims?.['auth_time']
  const age = now() / 1000 - Number(authTime ?? NaN)
  if (age <= maxAge + (provider.clockTolerance ?? usualTolerance)) return
  throw new AuthError('reauth_required', 'The provider does not say that you have just signed in there: sign in again.', { provider: slug })
}

function copied(request: ApiRequest): ApiRequest {
  return { ...request, headers: { ...request.headers } }
}

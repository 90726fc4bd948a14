import type { SignInWanted } from '../../../lib/tokens/tokenSource.js'
import type { Engine } from '../../core/engine.js'
import type { RequestContext } from '../../core/requestContext.js'
import { justNow, sinceStepUp, stepUpDigest, wayBackTime, type StepUp } from './stepUp.js'
import { stepUpPath } from './stepUpPath.js'
import { senderOf, wayBack } from './wayBack.js'

/**
 * Where to send the user of a request for the sign-in that the provider's API wants (RFC 9470 section 4), and back.
 * @param key of the account that called the API
 * @returns `undefined` where such a sign-in has just come back and the API still wants it, and for somebody who is signed out by now
 */
export function apiStepUpPath(
  engine: Engine,
  request: RequestContext,
  key: string,
  { acrValues, maxAge }: SignInWanted,
): string | undefined {
  const { record, registrations, host } = request
  if (!record?.accounts[key] || !registrations.has(key)) return undefined
  const options: StepUp['options'] = {
    ...(acrValues ? { acrValues } : {}),
    ...(maxAge === undefined ? {} : { maxAge }),
    // Without a word about what is wanted, a fresh one is all that can be tried.
    ...(acrValues || maxAge !== undefined ? {} : { prompt: 'login' }),
  }
  const digest = stepUpDigest(key, ['api', options])
  if (sinceStepUp(record, digest, engine.now()) < (acrValues ? justNow : wayBackTime)) return undefined
  const resend = senderOf(host) === 'form'
  return stepUpPath(engine, request, { key, options, digest, ...(resend ? { resend } : {}) }, wayBack(engine, request))
}

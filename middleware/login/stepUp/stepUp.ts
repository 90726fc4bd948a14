import { sha256 } from '../../../lib/base/random.js'
import type { Registration } from '../../../lib/model/context.js'
import type { LoginOptions } from '../../../lib/model/login.js'
import type { Engine } from '../../core/engine.js'
import type { Destination } from '../../core/replies/goToProvider.js'
import type { RequestContext } from '../../core/requestContext.js'
import type { SessionRecord } from '../../core/sessionRecord.js'
import { originOf } from '../../http/origin.js'
import { beginLogin } from '../beginLogin.js'
import { linkDigest } from '../linkTo.js'
import { scopesOf } from './keepingGranted.js'

/** A login that is to bring more for an account which is signed in: a fresher or stronger sign-in, further scopes. */
export interface StepUp {
  /** Key of the account. */
  key: string
  options: Pick<LoginOptions, 'maxAge' | 'acrValues' | 'scope' | 'prompt'>
  /** Stands for what is asked of the account, by whomever: what has just been asked for in vain is not asked for again. */
  digest: string
  /** Whether a form was not sent because of it. */
  resend?: boolean
}

/** @param wanted all that is asked of the account, of which it may have a part */
export function stepUpDigest(key: string, wanted: unknown): string {
  return sha256(JSON.stringify([key, wanted])).slice(0, 16)
}

/** Milliseconds since a login came back that was to bring this; `Infinity` where none did. */
export function sinceStepUp(record: SessionRecord, digest: string, now: number): number {
  const latest = record.finished.findLast(({ stepUp }) => stepUp === digest)
  return latest?.at === undefined ? Infinity : now - latest.at
}

/** Milliseconds within which asking for the same once more is pointless: it would only turn in a circle. */
export const justNow = 60_000
/** Milliseconds that the way back from a login may take: one that was asked to be fresh is until then, however small `maxAge` is. */
export const wayBackTime = 10_000

/**
 * Begins such a login.
 * @param returnTo must have passed rule R1
 * @returns where to send the browser
 */
export async function beginStepUp(engine: Engine, request: RequestContext, stepUp: StepUp, returnTo?: string): Promise<Destination> {
  const { key, digest, resend } = stepUp
  const { record, registrations } = request
  const registration = registrations.get(key)
  if (!record || !registration) throw new Error('A step-up is of an account of this request')
  return await beginLogin(engine, request, registration, optionsOf(request, registration, stepUp, returnTo), {
    stepUp: digest,
    ...(resend ? { resend: true } : {}),
    // The login of an account that was added leaves the session its own.
    ...(record.loginKey === key ? {} : { linkTo: linkDigest(record) }),
  })
}

function optionsOf(
  { record, tokens }: RequestContext,
  { provider }: Registration,
  { key, options }: StepUp,
  returnTo: string | undefined,
): LoginOptions {
  // Nobody is asked for less than what the entry asks of every login.
  const maxAge = options.maxAge === undefined ? undefined : Math.min(options.maxAge, provider.maxAge ?? Infinity)
  return {
    ...options,
    ...(maxAge === undefined ? {} : { maxAge }),
    // Many providers replace what they granted before, so that is asked for as well.
    scope: [...scopesOf(tokens.get(key)?.tokens?.scope), ...(options.scope ?? [])],
    ...(record?.rememberedFor === undefined ? {} : { remember: true }),
    ...(returnTo === undefined ? {} : { returnTo }),
  }
}

/** Whether a step-up waits for the user's press of a button: another site may have sent them here. */
export function asksFirst({ settings, now }: Engine, { host, publicUrl, record }: RequestContext, returnTo: string | undefined): boolean {
  const isForeign = settings.crossSiteStart === 'confirm' && originOf(host, publicUrl.origin) === 'cross-site'
  return isForeign && !isBackFromLogin(record, returnTo, now())
}

/** Whether a login led here just now: browsers call the rest of a way that came by the provider cross-site. */
function isBackFromLogin(record: SessionRecord | undefined, returnTo: string | undefined, now: number): boolean {
  const latest = record?.finished.at(-1)
  // A login that added an account, or stepped one up, leaves the session as old as it was.
  const at = latest?.at ?? record?.createdAt ?? 0
  return latest !== undefined && now - at < justNow && latest.returnTo === returnTo
}

import { isObject } from '../../../lib/base/json.js'
import type { Engine } from '../../core/engine.js'
import type { RequestContext } from '../../core/requestContext.js'
import { linkDigest } from '../linkTo.js'
import type { StepUp } from './stepUp.js'

/** Parameter of a login that says which step-up it is: encrypted, so that nobody but us makes one. */
export const stepUpParameter = 'step_up'

// The name is authenticated with the text: it is no transaction's cookie.
const sealedAs = 'step-up'
/** Milliseconds for which such an address holds. */
const lifetime = 3600_000

/**
 * The path of ours that begins such a login, for the session of this request alone: whoever else opens it steps up nothing.
 * @param returnTo where to come back to
 */
export function stepUpPath(
  engine: Engine,
  { record, registrations, publicUrl }: RequestContext,
  stepUp: StepUp,
  returnTo?: string,
): string {
  const registration = registrations.get(stepUp.key)
  if (!record || !registration) throw new Error('A step-up is of an account of this request')
  const sealed = engine.sealer.seal('transaction', sealedAs, { ...stepUp, to: linkDigest(record), at: engine.now() })
  const query = new URLSearchParams({ [stepUpParameter]: sealed, ...(returnTo === undefined ? {} : { returnTo }) })
  return `${publicUrl.mountPath}/${registration.slug}?${query.toString()}`
}

/** @returns `undefined` for what is not of this session, or too old */
export function openStepUp(engine: Engine, { record, registrations }: RequestContext, slug: string, text: string): StepUp | undefined {
  const value = engine.sealer.open('transaction', sealedAs, text)
  if (!record || !isObject(value) || value['to'] !== linkDigest(record)) return undefined
  const { key, options, digest, at, resend } = value
  if (typeof key !== 'string' || typeof digest !== 'string' || !isObject(options) || registrations.get(key)?.slug !== slug) return undefined
  // Turned round, so that a time that is missing counts as too old.
  if (!(typeof at === 'number' && engine.now() - at <= lifetime)) return undefined
  return { key, digest, options: readOptions(options), ...(resend === true ? { resend } : {}) }
}

/** Perhaps another version of us wrote them. */
function readOptions({ maxAge, acrValues, scope, prompt }: Record<string, unknown>): StepUp['options'] {
  return {
    ...(typeof maxAge === 'number' ? { maxAge } : {}),
    ...(Array.isArray(acrValues) ? { acrValues: acrValues.map(String) } : {}),
    ...(Array.isArray(scope) ? { scope: scope.map(String) } : {}),
    ...(typeof prompt === 'string' ? { prompt } : {}),
  }
}

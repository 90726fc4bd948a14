import { AuthError } from './base/errors.js'
import { sleep } from './base/timeout.js'
import { resultOf, type LoginResult } from './callback.js'
import type { Context } from './model/context.js'
import type { DeviceCodeGrant } from './model/grants/grants.js'
import type { TokenSet } from './model/protocol.js'
import { loadProtocol } from './protocols/index.js'

export interface DeviceWait {
  grant: DeviceCodeGrant
  /** Seconds between two questions. */
  interval: number
  /** Seconds after which the code is of no use. */
  expiresIn: number
  signal?: AbortSignal | undefined
}

/** Seconds that are added where the provider is asked too often (RFC 8628 section 3.5). */
const slowDown = 5

/**
 * Waits until the user of a device has typed its code, and gives who it is.
 * @throws AuthError `access_denied`; `state_expired` when it took too long; what an exchange and the profile throw. The signal's reason when it
 * aborts
 */
export async function deviceLogin(context: Context, { grant, interval, expiresIn, signal }: DeviceWait): Promise<LoginResult> {
  const end = context.now() + expiresIn * 1000
  for (let pause = interval; context.now() + pause * 1000 < end;) {
    await sleep(pause * 1000, signal)
    const answer = await ask(context, grant)
    signal?.throwIfAborted()
    if (answer === 'slow_down') pause += slowDown
    // "An exponential backoff algorithm": section 3.5.
    else if (answer === 'timeout') pause *= 2
    else if (answer !== 'authorization_pending') return await resultOf(context, answer)
  }
  throw expired(context)
}

async function ask(context: Context, grant: DeviceCodeGrant): Promise<TokenSet | 'authorization_pending' | 'slow_down' | 'timeout'> {
  const { slug, provider } = context
  try {
    return await (await loadProtocol(provider)).exchange(context, grant)
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const { code, providerError } = error
    if (code === 'provider_timeout') return 'timeout'
    if (code !== 'provider_error') throw error
    if (providerError === 'authorization_pending' || providerError === 'slow_down') return providerError
    if (providerError === 'expired_token') throw expired(context, error)
    if (providerError !== 'access_denied') throw error
    throw new AuthError('access_denied', 'The sign-in was refused at the provider.', { provider: slug, providerError, cause: error })
  }
}

function expired({ slug }: Context, cause?: unknown): AuthError {
  return new AuthError('state_expired', 'The code was not typed in time: start the sign-in again.', { provider: slug, cause })
}

import { AuthError } from '../../base/errors.js'
import { isSecureUrl } from '../../base/loopback.js'
import { pairsOf } from '../../base/parameters.js'
import type { Context } from '../../model/context.js'
import type { Target } from '../../model/grants/grants.js'
import { clientCaller } from '../clientCall.js'
import { targetParameters } from './target.js'

/** What a device shows its user (RFC 8628 section 3.3). */
export interface UserCode {
  /** What the user types at `verificationUri`. */
  userCode: string
  /** Where. */
  verificationUri: string
  /** The same address with the code in it, for a link or a QR code; absent where the provider has none. */
  verificationUriComplete?: string
  /** Seconds that there are for it. */
  expiresIn: number
}

/** The same with what the device keeps to itself. */
export interface DeviceAuthorization extends UserCode {
  deviceCode: string
  /** Seconds between two questions whether it is done. */
  interval: number
}

/** Seconds that a user has at most, whatever the provider says. */
const maxWait = 3_600
// RFC 8628 section 3.2.
const defaultInterval = 5

/**
 * Asks for a code that the user types elsewhere (RFC 8628 section 3.1).
 * @throws AuthError `config_invalid` where the provider has no such endpoint; `provider_error`, `provider_bad_response`, `provider_timeout`,
 * and what discovery throws
 */
export async function authorizeDevice(context: Context, target: Target): Promise<DeviceAuthorization> {
  const { slug } = context
  const caller = await clientCaller(context, 'deviceAuthorization', 'begin the sign-in of a device')
  if (!caller)
    throw new AuthError('config_invalid', `providers.${slug}.deviceAuthorizationEndpoint is missing: the provider's own data names none.`, {
      provider: slug,
    })
  const form = new URLSearchParams(pairsOf(targetParameters(context, target)))
  const { answer } = await caller((openidClient, configuration) => openidClient.initiateDeviceAuthorization(configuration, form))
  const { device_code: deviceCode, user_code: userCode, verification_uri: uri, verification_uri_complete: complete } = answer
  const verificationUri = shownAddress(uri)
  // Both go to a terminal as they are.
  if (verificationUri === undefined || !/^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/.test(userCode))
    throw new AuthError('provider_bad_response', "The provider's code, or the address to type it at, cannot be shown.", { provider: slug })
  const verificationUriComplete = shownAddress(complete)
  return {
    deviceCode,
    userCode,
    verificationUri,
    ...(verificationUriComplete === undefined ? {} : { verificationUriComplete }),
    expiresIn: Math.min(answer.expires_in, maxWait),
    interval: answer.interval ?? defaultInterval,
  }
}

function shownAddress(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return isSecureUrl(url) && !url.username && !url.password ? url.href : undefined
}

import { AuthError } from '../../lib/base/errors.js'
import type { ApiClient } from '../../lib/client/apiClient.js'
import { deviceLogin } from '../../lib/deviceLogin.js'
import { authorizeDevice, type UserCode } from '../../lib/endpoints/grants/deviceAuthorization.js'
import { readTarget, type TargetOptions } from '../../lib/endpoints/grants/target.js'
import type { LoginResult } from '../../lib/callback.js'
import type { Context } from '../../lib/model/context.js'
import type { AuthUser } from '../../lib/model/user.js'
import { requestedScope } from '../../lib/protocols/authorizationRequest.js'
import { callHook } from '../core/hooks.js'

/** How a tool without a browser signs its user in (RFC 8628). */
export interface DeviceOptions extends TargetOptions {
  /** Shows the user the code, and where to type it. */
  onCode: (code: UserCode) => void | Promise<void>
  /** Ends the waiting. */
  signal?: AbortSignal
}

/** Who has signed in at a device. */
export interface DeviceLogin {
  user: AuthUser
  /** Of the user's account; `client.credentials.seal()` is what to keep for the next time. */
  client: ApiClient
}

const members = ['onCode', 'signal', 'scope', 'resource', 'audience']

/** @throws AuthError `bad_request`; what the provider's endpoints answer with; what `onCode` throws; the signal's reason */
export async function signInDevice(context: Context, options: DeviceOptions): Promise<LoginResult> {
  const { slug } = context
  const { onCode, signal } = options
  const other = Object.keys(options).find((name) => !members.includes(name))
  if (typeof onCode !== 'function' || other !== undefined)
    throw new AuthError('bad_request', `auth.device('${slug}', options) takes ${members.join(', ')}; onCode shows the code.`, {
      provider: slug,
    })
  const { resource } = context.provider
  const { scope: more, ...target } = readTarget(slug, { ...(resource === undefined ? {} : { resource }), ...options })
  signal?.throwIfAborted()
  const scope = requestedScope(context, more ? { scope: more } : {})
  const { deviceCode, interval, ...code } = await authorizeDevice(context, { ...target, ...(scope.length > 0 ? { scope } : {}) })
  await callHook('onCode', () => onCode(code))
  return deviceLogin(context, { grant: { type: 'device_code', deviceCode, scope }, interval, expiresIn: code.expiresIn, signal })
}

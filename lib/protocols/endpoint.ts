import { AuthError } from '../base/errors.js'
import type { Context } from '../model/context.js'

type EndpointName = 'authorizationEndpoint' | 'tokenEndpoint' | 'requestTokenEndpoint' | 'accessTokenEndpoint'

/**
 * The address of an endpoint that the entry has to name.
 * @throws AuthError `config_invalid`
 */
export function endpoint({ provider, slug }: Pick<Context, 'provider' | 'slug'>, name: EndpointName): string {
  const address = provider[name]
  if (address === undefined) throw new AuthError('config_invalid', `providers.${slug}.${name} is missing.`, { provider: slug })
  return address
}

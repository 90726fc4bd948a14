import { AuthError } from '../../lib/base/errors.js'
import { didYouMean } from '../../lib/config/suggest.js'
import type { Registration } from '../../lib/model/context.js'
import type { AuthEvents } from '../core/engine.js'
import type { Parameters } from '../http/parameters.js'

// What the documentation of authrouter names and this version does not do is refused: who relied on it would find out too late.
// What gets built is taken out of here.

const later = 'is not available in this version of authrouter'

/** @throws AuthError `bad_request` for a parameter of a request that this version does not know what to do with */
export function refuseParameter(parameters: Parameters, name: string, isAsked: (value: string) => boolean = () => true): void {
  const value = parameters[name]
  if (value !== undefined && isAsked(value)) throw new AuthError('bad_request', `The parameter ${name} ${later}.`)
}

/** @throws AuthError `bad_request` for parameters of a login that are for later, or for other providers */
export function refuseLoginParameters(parameters: Parameters, { ask, slug: provider }: Registration): void {
  refuseParameter(parameters, 'mode', (mode) => mode === 'popup')
  if (parameters['identifier'] === undefined || ask?.parameters.some(({ name }) => name === 'identifier')) return
  throw new AuthError('bad_request', 'This way to sign in takes no identifier.', { provider })
}

const events: readonly string[] = ['login', 'link', 'logout', 'token_update', 'error'] satisfies (keyof AuthEvents)[]

/** @throws AuthError `config_invalid` for an event that is never emitted */
export function checkEventName(name: string): void {
  if (events.includes(name)) return
  throw new AuthError('config_invalid', `There is no event '${name}'${didYouMean(name, events, `: the events are ${events.join(', ')}.`)}`)
}

/** @throws AuthError `config_invalid` for a kind of access that is for later; `bad_request` for none at all */
export function checkAccess(slug: string, access: unknown): void {
  if ((typeof access !== 'object' && typeof access !== 'string') || access === null) {
    throw new AuthError(
      'bad_request',
      `auth.client('${slug}', access) needs its second argument: what credentials.seal() gave, tokens with an accessToken, `
        + "{ grant: 'client_credentials' }, or { user: id }.",
      { provider: slug },
    )
  }
}

import { AuthError } from '../../base/errors.js'
import type { Context } from '../../model/context.js'
import { namedTarget } from '../../tokens/targets.js'
import type { TokenAccess } from '../../tokens/tokenSource.js'
import { readTarget, type TargetOptions } from './target.js'

/** What the tokens of a client are for. */
export type ClientTarget = Pick<TargetOptions, 'resource' | 'scope'>

/**
 * The access of the same account, or by the same grant, to another target.
 * @throws AuthError `bad_request` for a target that is none; `config_invalid` where the protocol knows of no targets
 */
export function accessTo({ slug, provider }: Pick<Context, 'slug' | 'provider'>, access: TokenAccess, target: ClientTarget): TokenAccess {
  const isTarget = Object.keys(target).length > 0 && Object.keys(target).every((name) => name === 'resource' || name === 'scope')
  if (!isTarget) throw new AuthError('bad_request', 'client.for takes { resource, scope }: one of them, or both.', { provider: slug })
  // Discovery names one where there is an issuer.
  if (provider.ownProtocol || (provider.tokenEndpoint === undefined && provider.issuer === undefined))
    throw new AuthError('config_invalid', `The protocol of providers.${slug} has one token for all of its API: use that.`, {
      provider: slug,
    })
  const read = readTarget(slug, target)
  return access.accessTo?.(read) ?? { ...access, target: namedTarget(read) }
}

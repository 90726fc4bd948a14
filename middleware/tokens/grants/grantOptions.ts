import { AuthError } from '../../../lib/base/errors.js'
import { didYouMean } from '../../../lib/config/suggest.js'
import { readTarget, type TargetOptions } from '../../../lib/endpoints/grants/target.js'
import type { OwnGrant } from '../../../lib/model/grants/grants.js'

/** The application's own access (RFC 6749 section 4.4), perhaps for one API of several (RFC 8707). */
export interface ClientCredentialsGrant extends TargetOptions {
  grant: 'client_credentials'
}

/** What `auth.client` can ask for tokens with. */
export type GrantOptions = ClientCredentialsGrant

const target = ['scope', 'resource', 'audience'] as const

const members: Record<GrantOptions['grant'], readonly string[]> = {
  client_credentials: target,
}

/**
 * Checks what an application asks for tokens with.
 * @throws AuthError `config_invalid` for a grant that is not here; `bad_request` for a member of it that is not, or is of the wrong kind
 */
export function readGrant(slug: string, options: GrantOptions): OwnGrant {
  checkMembers(slug, options)
  return { type: options.grant, ...readTarget(slug, options) }
}

function checkMembers(slug: string, { grant, ...rest }: GrantOptions): void {
  const names = Object.keys(members)
  if (!Object.hasOwn(members, grant)) {
    throw new AuthError(
      'config_invalid',
      `auth.client('${slug}', { grant }) takes ${names.map((name) => `'${name}'`).join(', ')}: `
        + 'another grant is not available in this version of authrouter.',
      { provider: slug },
    )
  }
  const other = Object.keys(rest).find((name) => !members[grant].includes(name))
  if (other === undefined) return
  throw new AuthError(
    'bad_request',
    `The grant ${grant} has no ${other}${didYouMean(other, members[grant], `: it takes ${members[grant].join(', ')}.`)}`,
    { provider: slug },
  )
}

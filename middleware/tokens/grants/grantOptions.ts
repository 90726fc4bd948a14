import { AuthError } from '../../../lib/base/errors.js'
import { didYouMean } from '../../../lib/config/suggest.js'
import { readTarget, type TargetOptions } from '../../../lib/endpoints/grants/target.js'
import type { Registration } from '../../../lib/model/context.js'
import { readJwtBearer, type JwtBearerOptions } from './jwtBearer.js'
import type { OwnTokens } from './ownAccess.js'
import { readTokenExchange, type TokenExchangeOptions } from './tokenExchange.js'

/** The application's own access (RFC 6749 section 4.4), perhaps for one API of several (RFC 8707). */
export interface ClientCredentialsOptions extends TargetOptions {
  grant: 'client_credentials'
}

/** What `auth.client` can ask for tokens with. */
export type GrantOptions = ClientCredentialsOptions | TokenExchangeOptions | JwtBearerOptions

const target = ['scope', 'resource', 'audience']

const members: Record<GrantOptions['grant'], readonly string[]> = {
  client_credentials: target,
  token_exchange: ['subjectToken', 'subjectTokenType', 'actorToken', 'actorTokenType', 'requestedTokenType', ...target],
  jwt_bearer: ['subject', 'claims', ...target],
}

/**
 * Checks what an application asks for tokens with.
 * @throws AuthError `config_invalid` for a grant that is not here, or that the entry lacks something for; `bad_request` for a member of it
 * that is not, or is of the wrong kind
 */
export function readGrant(registration: Registration, options: GrantOptions): OwnTokens {
  const { slug, provider } = registration
  checkMembers(slug, options)
  // Discovery names one where there is an issuer.
  if (provider.ownProtocol || (provider.tokenEndpoint === undefined && provider.issuer === undefined))
    throw new AuthError('config_invalid', `The protocol of providers.${slug} has no grants: it is for users alone.`, { provider: slug })
  switch (options.grant) {
    case 'client_credentials': {
      const grant = { type: options.grant, ...readTarget(slug, options) }
      return { grant, identity: { ...grant }, isUsers: false }
    }
    case 'token_exchange':
      return readTokenExchange(slug, options)
    case 'jwt_bearer':
      return readJwtBearer(registration, options)
  }
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

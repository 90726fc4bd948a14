import { AuthError } from '../../../lib/base/errors.js'
import { isObject } from '../../../lib/base/json.js'
import { readTarget, type TargetOptions } from '../../../lib/endpoints/grants/target.js'
import type { Registration } from '../../../lib/model/context.js'
import type { JwtBearerGrant } from '../../../lib/model/grants/grants.js'
import type { OwnTokens } from './ownAccess.js'

/** Access by a JWT that the entry's `privateKey` signs (RFC 7523 section 2.1), as service accounts have it. */
export interface JwtBearerOptions extends Omit<TargetOptions, 'audience'> {
  grant: 'jwt_bearer'
  /** On whose behalf, as claim `sub`: the client's own unless told; `false` where the provider wants none. */
  subject?: string | false
  /** The claim `aud`, where it is not the issuer, or without one the token endpoint. */
  audience?: string
  /** Further claims. */
  claims?: Readonly<Record<string, unknown>>
}

// What the grant itself says.
const taken = ['iss', 'sub', 'aud', 'iat', 'exp', 'nbf', 'jti', 'scope']

/** @throws AuthError `config_invalid` without a key; `bad_request` */
export function readJwtBearer({ slug, client }: Registration, options: JwtBearerOptions): OwnTokens {
  const { subject, audience, claims, ...target } = options
  const refuse = (message: string): never => {
    throw new AuthError('bad_request', message, { provider: slug })
  }
  if (client.privateKey === undefined)
    throw new AuthError('config_invalid', `providers.${slug}.privateKey is missing: the grant jwt_bearer signs with it.`, {
      provider: slug,
    })
  if (subject !== undefined && subject !== false && !isText(subject)) refuse('subject must be text, or false for none.')
  if (audience !== undefined && !isText(audience)) refuse('audience must be text: the one that is to accept the assertion.')
  if (claims !== undefined && !isObject(claims)) refuse('claims must be an object of claims.')
  const own = Object.keys(claims ?? {}).find((name) => taken.includes(name))
  if (own !== undefined) refuse(`The claim ${own} is set by the grant: say it by subject, audience or scope, or leave it out.`)
  const { scope, resource } = readTarget(slug, target)
  const grant: JwtBearerGrant = {
    type: 'jwt_bearer',
    ...(scope ? { scope } : {}),
    ...(resource ? { resource } : {}),
    ...(subject === undefined ? {} : { subject }),
    ...(audience === undefined ? {} : { audience }),
    ...(claims ? { claims } : {}),
  }
  return { grant, identity: { ...grant }, isUsers: false }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

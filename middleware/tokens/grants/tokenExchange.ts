import { AuthError } from '../../../lib/base/errors.js'
import { randomToken } from '../../../lib/base/random.js'
import { isCredentials, type Credentials } from '../../../lib/client/credentials.js'
import { readTarget, type TargetOptions } from '../../../lib/endpoints/grants/target.js'
import type { TokenExchangeGrant } from '../../../lib/model/grants/grants.js'
import type { OwnTokens } from './ownAccess.js'

/** One token for another (RFC 8693), such as a user's for that of an API behind this application. */
export interface TokenExchangeOptions extends TargetOptions {
  grant: 'token_exchange'
  /** Whose access it is: a token, or credentials of this provider, which are refreshed first where that is due. */
  subjectToken: string | Credentials
  /** `'access_token'` unless told; a URI of RFC 8693 section 3, or its last word. */
  subjectTokenType?: string
  /** Who acts for the subject, where that is not the client. */
  actorToken?: string | Credentials
  actorTokenType?: string
  /** The kind of token to ask for: what API calls can carry. */
  requestedTokenType?: string
}

// RFC 8693 section 3.
const prefix = 'urn:ietf:params:oauth:token-type:'
const words = ['access_token', 'refresh_token', 'id_token', 'saml1', 'saml2', 'jwt']

/** @throws AuthError `bad_request` */
export function readTokenExchange(slug: string, options: TokenExchangeOptions): OwnTokens {
  const { subjectToken, subjectTokenType, actorToken, actorTokenType, requestedTokenType } = options
  checkToken(slug, 'subjectToken', subjectToken, subjectTokenType)
  if (actorToken !== undefined) checkToken(slug, 'actorToken', actorToken, actorTokenType)
  else if (actorTokenType !== undefined)
    throw new AuthError('bad_request', 'actorTokenType says what actorToken is: give both, or none.', { provider: slug })
  const rest = {
    ...readTarget(slug, options),
    subjectTokenType: readType(slug, 'subjectTokenType', subjectTokenType),
    ...(actorToken === undefined ? {} : { actorTokenType: readType(slug, 'actorTokenType', actorTokenType) }),
    ...(requestedTokenType === undefined ? {} : { requestedTokenType: readType(slug, 'requestedTokenType', requestedTokenType) }),
  }
  return {
    grant: async (): Promise<TokenExchangeGrant> => ({
      type: 'token_exchange',
      ...rest,
      subjectToken: await freshToken(subjectToken),
      ...(actorToken === undefined ? {} : { actorToken: await freshToken(actorToken) }),
    }),
    identity: { ...rest, type: 'token_exchange', tokens: [subjectToken, actorToken].map(tokenNow) },
    isUsers: true,
  }
}

function checkToken(slug: string, name: string, token: unknown, type: unknown): void {
  if (typeof token === 'string' && token !== '') return
  if (!isCredentials(token)) throw new AuthError('bad_request', `${name} must be a token, or credentials.`, { provider: slug })
  // A token of one provider is another's to see only where the application says so in so many words.
  if (token.provider !== slug) {
    throw new AuthError(
      'bad_request',
      `${name} is of "${token.provider}", and "${slug}" would see it: give its accessToken if that is meant.`,
      { provider: slug },
    )
  }
  if (type !== undefined && type !== 'access_token' && type !== `${prefix}access_token`)
    throw new AuthError('bad_request', `${name}Type of credentials is 'access_token': leave it out.`, { provider: slug })
}

function readType(slug: string, name: string, type: unknown = 'access_token'): string {
  if (typeof type === 'string' && words.includes(type)) return prefix + type
  if (typeof type === 'string' && /^[a-z][a-z0-9+.-]*:\S+$/i.test(type)) return type
  throw new AuthError('bad_request', `${name} must be one of ${words.join(', ')}, or a URI.`, { provider: slug })
}

async function freshToken(token: string | Credentials): Promise<string> {
  if (typeof token === 'string') return token
  await token.refresh()
  return token.accessToken
}

/** What the token is at the moment; credentials that have none yet, or none any more, share nothing with others. */
function tokenNow(token: string | Credentials | undefined): string | undefined {
  if (token === undefined || typeof token === 'string') return token
  try {
    return token.accessToken
  } catch {
    return randomToken(16)
  }
}

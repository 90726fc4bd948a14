import { AuthError } from '../../base/errors.js'
import type { SignInWanted, TokenAccess } from '../../tokens/tokenSource.js'
import type { Answer, Transport } from '../calls/send.js'
import { readChallenges } from './wwwAuthenticate.js'

const code = 'insufficient_user_authentication'

/**
 * Refuses an answer by which the API asks for a stronger or more recent sign-in of the user (RFC 9470): a refresh would not help.
 * @throws AuthError `reauth_required`, with the `location` to send the user to where there is one
 */
export function refuseWeakSignIn<A extends Answer>(
  { stepUp }: Pick<TokenAccess, 'stepUp'>,
  answer: A,
  { discard }: Pick<Transport<A>, 'discard'>,
): void {
  const header = answer.status === 401 ? answer.headers['www-authenticate'] : undefined
  const wanted = header === undefined ? undefined : wantedSignIn(header)
  if (!wanted) return
  discard?.(answer)
  throw new AuthError('reauth_required', 'The API asks for a stronger or more recent sign-in.', {
    providerError: code,
    location: stepUp?.(wanted),
  })
}

/** What such a challenge asks for (RFC 9470 section 3); values that no authorization request can carry count as not said. */
function wantedSignIn(header: string): SignInWanted | undefined {
  const challenge = readChallenges(header).find(
    ({ scheme, parameters }) => (scheme === 'bearer' || scheme === 'dpop') && parameters.get('error') === code,
  )
  if (!challenge) return undefined
  const acrValues = challenge.parameters.get('acr_values')?.split(' ').filter(Boolean) ?? []
  const maxAge = challenge.parameters.get('max_age') ?? ''
  return {
    ...(acrValues.length > 0 && acrValues.every(isAcr) && acrValues.join().length <= 500 ? { acrValues } : {}),
    ...(/^\d{1,9}$/.test(maxAge) ? { maxAge: Number(maxAge) } : {}),
  }
}

function isAcr(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value)
}

import type { ProfileMap, RawProfile } from '../../model/profile.js'

/**
 * What the ID Token and userinfo say together; userinfo is the newer one. That an address or a number was verified counts only as one
 * of the two says it of that very address or number (OpenID Connect Core section 5.1: `email_verified`, `phone_number_verified`).
 *
 * @param map of the entry: where its e-mail address stands, and what vouches for it
 */
export function mergedClaims(claims: RawProfile, userinfo: RawProfile, { email, emailVerified }: ProfileMap = {}): RawProfile {
  const merged: RawProfile = { ...claims, ...userinfo }
  const vouched = [
    ['email', 'email_verified'],
    ['phone_number', 'phone_number_verified'],
    [topName(email) ?? 'email', topName(emailVerified) ?? 'email_verified'],
  ] as const
  for (const [name, voucher] of vouched) {
    if (userinfo[name] === claims[name]) continue
    merged[voucher] = (userinfo[name] === undefined ? claims : userinfo)[voucher]
  }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
}

function topName(field: ProfileMap[keyof ProfileMap]): string | undefined {
  return typeof field === 'string' ? /^[^.[\]]+/.exec(field)?.[0] : undefined
}

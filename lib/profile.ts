import { AuthError } from './base/errors.js'
import { isObject } from './base/json.js'
import { isLoopbackHost } from './base/loopback.js'
import { readPath } from './base/path.js'
import type { ProfileKey, ProfileMap, RawProfile } from './model/profile.js'
import type { Address, AuthUser } from './model/user.js'

/** The standard claims of OpenID Connect Core section 5.1, as a profile map. */
export const standardClaims: ProfileMap = {
  id: 'sub',
  username: 'preferred_username',
  name: 'name',
  givenName: 'given_name',
  familyName: 'family_name',
  nickname: 'nickname',
  email: 'email',
  emailVerified: 'email_verified',
  picture: 'picture',
  profileUrl: 'profile',
  website: 'website',
  gender: 'gender',
  birthdate: 'birthdate',
  locale: 'locale',
  zoneinfo: 'zoneinfo',
  phoneNumber: 'phone_number',
  address: 'address',
}

const maxTextLength = 2048
const maxIdLength = 255
// One address with an ASCII domain: what look-alike signs, second at-signs and line breaks do not get through. Letters of both cases are
// spelled out: to the flag that ignores case, the Kelvin sign is a "k".
const emailShape =
  /^[^\s@\uff20\ufe6b<>()[\],;:\\"\p{C}]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/u

export interface MappingFacts {
  slug: string
  /** Named in the key, where the slug can mean several. */
  issuer?: string | undefined
  profile: ProfileMap
  /** Claims of the verified ID Token, if there was one. */
  claims?: RawProfile | undefined
  /** Milliseconds since 1970. */
  now: number
}

/**
 * Maps a provider's profile to the user that applications see: only mapped fields, only values of the right kind.
 *
 * @param raw the provider's own profile, parsed
 * @throws AuthError `provider_bad_response` when the profile has no id
 */
export function toUser(raw: RawProfile, { slug, issuer, profile, claims, now }: MappingFacts): AuthUser {
  const read = (key: ProfileKey): unknown => {
    const field = profile[key]
    return typeof field === 'function' ? field(raw) : field === undefined ? undefined : readPath(raw, field)
  }
  const id = identifier(read('id'))
  if (id === undefined) {
    throw new AuthError(
      'provider_bad_response',
      "The provider's profile has no usable id. For a provider of your own, set profile.id to the " + 'path of its stable id.',
      { provider: slug },
    )
  }

  const email = emailAddress(read('email'))
  const known = withoutUndefined({
    username: text(read('username')),
    givenName: text(read('givenName')),
    familyName: text(read('familyName')),
    nickname: text(read('nickname')),
    email,
    emailVerified: email === undefined ? undefined : isTrue(read('emailVerified')),
    picture: webAddress(read('picture')),
    profileUrl: webAddress(read('profileUrl')),
    website: webAddress(read('website')),
    gender: text(read('gender')),
    birthdate: text(read('birthdate')),
    locale: text(read('locale')),
    zoneinfo: text(read('zoneinfo')),
    phoneNumber: text(read('phoneNumber')),
    address: address(read('address')),
    acr: text(claims?.['acr']),
    amr: textList(claims?.['amr']),
    authTime: instant(claims?.['auth_time']),
  })
  const fullName = [known.givenName, known.familyName].filter(Boolean).join(' ')
  return {
    provider: slug,
    id,
    key: `${issuer === undefined ? slug : `${slug}@${issuer}`}$${id}`,
    ...known,
    name: text(read('name')) ?? (fullName || undefined) ?? known.username ?? known.nickname ?? email?.split('@')[0] ?? id,
    roles: [],
    loggedInAt: new Date(now).toISOString(),
    raw,
  }
}

function identifier(value: unknown): string | undefined {
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  // A lone surrogate would be the same character as any other one in a database: two ids, one key.
  return typeof id === 'string' && id !== '' && id.length <= maxIdLength && !/\p{Cc}/u.test(id) && id.isWellFormed() ? id : undefined
}

function text(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxTextLength || !value.isWellFormed()) return undefined
  return value.trim() === '' ? undefined : value
}

function textList(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.length > 0 && value.length <= 32 && value.every((item) => typeof item === 'string')
    ? value
    : undefined
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true'
}

function emailAddress(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 254 && emailShape.test(value) ? value : undefined
}

function webAddress(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxTextLength || !URL.canParse(value)) return undefined
  const url = new URL(value)
  if (url.username || url.password) return undefined
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname)) ? url.href : undefined
}

function address(value: unknown): Address | undefined {
  if (!isObject(value)) return undefined
  const known = withoutUndefined({
    country: text(value['country']),
    region: text(value['region']),
    locality: text(value['locality']),
    postalCode: text(value['postal_code'] ?? value['postalCode']),
    formatted: text(value['formatted']),
  })
  return Object.keys(known).length === 0 ? undefined : known
}

function instant(seconds: unknown): string | undefined {
  return typeof seconds === 'number' && seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : undefined
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>
}

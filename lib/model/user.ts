import type { RawProfile } from './profile.js'

/** A postal address, as in OpenID Connect Core section 5.1.1. */
export interface Address {
  country?: string
  region?: string
  locality?: string
  postalCode?: string
  formatted?: string
}

/** The signed-in user, in the same words for every provider. What is not known is absent. Extend it by declaration merging. */
export interface AuthUser {
  /** Slug of the provider that vouches for this user. */
  provider: string
  /** The provider's stable id (`sub`), always a string. */
  id: string
  /**
   * `provider + '$' + id`: unique over all providers, safe as a database key. Where one slug can mean several issuers,
   * `provider + '@' + issuer + '$' + id`, the issuer without `https://` or, where there is none, the host of the API,
   * with what the user chose behind it where the host does not say that.
   */
  key: string
  username?: string
  /** Always present: name, else given and family name, else username, else nickname, else the local part of the e-mail, else id. */
  name: string
  givenName?: string
  familyName?: string
  nickname?: string
  email?: string
  /** `true` only where the provider vouches for the address. */
  emailVerified?: boolean
  picture?: string
  profileUrl?: string
  website?: string
  gender?: string
  birthdate?: string
  locale?: string
  zoneinfo?: string
  phoneNumber?: string
  address?: Address
  /** What the `onLogin` hook put there, else empty. */
  roles: string[]
  /** When this login finished, ISO 8601. */
  loggedInAt: string
  /** Authentication context class reference of this login (OpenID Connect). */
  acr?: string
  /** Authentication methods of this login (OpenID Connect). */
  amr?: string[]
  /** When the provider last saw the user authenticate, ISO 8601 (OpenID Connect `auth_time`). */
  authTime?: string
  /** The provider's own profile, parsed. */
  raw: RawProfile
}

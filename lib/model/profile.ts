/** A value of JSON as a provider sent it, known only to be an object. */
export type RawProfile = Record<string, unknown>

/** Where a field of the user comes from: a path into the raw profile (`'data.id'`, `'emails.0.value'`), or a pure function of it. */
export type ProfileField = string | ((raw: RawProfile) => unknown)

/** The fields that a profile map can fill; what it does not name is not taken. */
export type ProfileKey =
  | 'id'
  | 'username'
  | 'name'
  | 'givenName'
  | 'familyName'
  | 'nickname'
  | 'email'
  | 'emailVerified'
  | 'picture'
  | 'profileUrl'
  | 'website'
  | 'gender'
  | 'birthdate'
  | 'locale'
  | 'zoneinfo'
  | 'phoneNumber'
  | 'address'

export type ProfileMap = Partial<Record<ProfileKey, ProfileField>>

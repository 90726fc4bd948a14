import type { ProfileMap } from '../../../model/profile.js'
import { standardClaims } from '../../../profile.js'

// The fields of Simple Registration, which are also the aliases that Attribute Exchange is asked with.
const openid2Profile: ProfileMap = {
  id: 'claimed_id',
  nickname: 'nickname',
  name: 'fullname',
  givenName: 'firstname',
  familyName: 'lastname',
  email: 'email',
  picture: 'picture',
  website: 'website',
  gender: 'gender',
  birthdate: 'dob',
  locale: 'language',
  zoneinfo: 'timezone',
}

/** The map of a protocol that says who somebody is and nothing more; `undefined` for the others. */
export function identityProfile(protocol: string): ProfileMap | undefined {
  switch (protocol) {
    case 'openid2':
      return openid2Profile
    case 'header-jwt':
      return standardClaims
    default:
      return undefined
  }
}

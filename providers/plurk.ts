import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth1',
  title: 'Plurk',
  docs: 'https://www.plurk.com/API/2/',
  color: '#ff574d',
  requestTokenEndpoint: 'https://www.plurk.com/OAuth/request_token',
  authorizationEndpoint: 'https://www.plurk.com/OAuth/authorize',
  accessTokenEndpoint: 'https://www.plurk.com/OAuth/access_token',
  userinfoEndpoint: 'https://www.plurk.com/APP/Profile/getOwnProfile',
  apiBaseUrl: 'https://www.plurk.com/APP/',
  signatureMethod: 'HMAC-SHA1',
  profile: {
    id: 'user_info.id', username: 'user_info.nick_name', name: 'user_info.full_name', nickname: 'user_info.display_name',
    locale: 'user_info.default_lang', zoneinfo: 'user_info.timezone',
    gender, birthdate, picture, profileUrl,
  },
})

type UserInfo = Partial<Record<'id' | 'nick_name' | 'gender' | 'date_of_birth' | 'has_profile_image' | 'avatar', unknown>>

function userInfo({ user_info: user }: RawProfile): UserInfo {
  return user ?? {}
}

// Numbers stand for genders, and dates are those of HTTP: https://www.plurk.com/API/2/
function gender(raw: RawProfile): string | undefined {
  const { gender: number } = userInfo(raw)
  return number === 0 ? 'female' : number === 1 ? 'male' : undefined
}

function birthdate(raw: RawProfile): string | undefined {
  const date = new Date(String(userInfo(raw).date_of_birth))
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10)
}

// The avatar's number is left out while it is the first one: https://www.plurk.com/API/2/
function picture(raw: RawProfile): string | undefined {
  const { id, avatar, has_profile_image: isOwn } = userInfo(raw)
  const number = typeof avatar === 'number' && avatar > 0 ? avatar : ''
  return isOwn === 1 ? `https://avatars.plurk.com/${String(id)}-big${number}.jpg` : undefined
}

function profileUrl(raw: RawProfile): string | undefined {
  const { nick_name: name } = userInfo(raw)
  return typeof name === 'string' ? `https://www.plurk.com/${name}` : undefined
}

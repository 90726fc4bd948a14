import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Kakao',
  docs: 'https://developers.kakao.com/docs/latest/en/kakaologin/rest-api',
  color: '#fee500',
  authorizationEndpoint: 'https://kauth.kakao.com/oauth/authorize',
  tokenEndpoint: 'https://kauth.kakao.com/oauth/token',
  userinfoEndpoint: 'https://kapi.kakao.com/v2/user/me',
  userinfoQuery: { secure_resource: 'true' },
  apiBaseUrl: 'https://kapi.kakao.com/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['profile_nickname', 'profile_image', 'account_email'],
  scopeSeparator: ',',
  profile: {
    id: 'id', name: 'kakao_account.profile.nickname', email: 'kakao_account.email', gender: 'kakao_account.gender',
    picture: 'kakao_account.profile.profile_image_url', phoneNumber: 'kakao_account.phone_number',
    // A confirmed address that another account has taken since is no longer valid:
    // https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#kakaoaccount
    emailVerified: (raw) => account(raw)['is_email_valid'] === true && account(raw)['is_email_verified'] === true,
    birthdate,
  },
})

function account({ kakao_account: known }: RawProfile): RawProfile {
  return (known ?? {}) as RawProfile
}

// Year and day (MMDD) are apart, and the day may be one of the lunar calendar:
// https://developers.kakao.com/docs/latest/en/kakaologin/rest-api#kakaoaccount
function birthdate(raw: RawProfile): string | undefined {
  const { birthyear, birthday, birthday_type: calendar = 'SOLAR' } = account(raw)
  const [, year, month, day] = /^(\d{4}) (\d{2})(\d{2})$/.exec(`${String(birthyear)} ${String(birthday)}`) ?? []
  return calendar === 'SOLAR' && year !== undefined ? [year, month, day].join('-') : undefined
}

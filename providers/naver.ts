import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Naver',
  docs: 'https://developers.naver.com/docs/login/api/api.md',
  color: '#03c75a',
  authorizationEndpoint: 'https://nid.naver.com/oauth2.0/authorize',
  tokenEndpoint: 'https://nid.naver.com/oauth2.0/token',
  userinfoEndpoint: 'https://openapi.naver.com/v1/nid/me',
  apiBaseUrl: 'https://openapi.naver.com/v1/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: [],
  callbackParameters: ['state'],
  profile: {
    id: 'response.id', name: 'response.name', nickname: 'response.nickname', email: 'response.email',
    picture: 'response.profile_image', phoneNumber: 'response.mobile', gender, birthdate,
  },
  hooks: {
    // The state goes to the token endpoint too: https://developers.naver.com/docs/login/api/api.md
    tokenRequest: (form, { callback }) => ({ ...form, ...callback }),
  },
})

// One letter, U for what is not known: https://developers.naver.com/docs/login/profile/profile.md
function gender({ response }: RawProfile): unknown {
  const { gender: letter } = (response ?? {}) as { gender?: unknown }
  return letter === 'F' ? 'female' : letter === 'M' ? 'male' : undefined
}

// The year, which may be withheld, stands alone: https://developers.naver.com/docs/login/profile/profile.md
function birthdate({ response }: RawProfile): unknown {
  const { birthyear = '0000', birthday } = (response ?? {}) as { birthyear?: unknown; birthday?: unknown }
  return typeof birthyear === 'string' && typeof birthday === 'string' ? `${birthyear}-${birthday}` : undefined
}

import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Yandex',
  docs: 'https://yandex.com/dev/id/doc/en/',
  color: '#fc3f1d',
  authorizationEndpoint: 'https://oauth.yandex.com/authorize',
  tokenEndpoint: 'https://oauth.yandex.com/token',
  userinfoEndpoint: 'https://login.yandex.ru/info',
  userinfoQuery: { format: 'json' },
  apiBaseUrl: 'https://login.yandex.ru/',
  tokenScheme: 'OAuth',
  refreshTokens: true,
  scope: ['login:info', 'login:email', 'login:avatar'],
  profile: {
    id: 'id', username: 'login', name: 'real_name', givenName: 'first_name', familyName: 'last_name', email: 'default_email',
    picture, gender: 'sex', birthdate: 'birthday', phoneNumber: 'default_phone.number',
  },
})

// The avatar is an id, which may be that of the stock picture: https://yandex.com/dev/id/doc/en/user-information
function picture({ default_avatar_id: id, is_avatar_empty: isStock }: RawProfile): string | undefined {
  return typeof id === 'string' && isStock !== true ? `https://avatars.yandex.net/get-yapic/${id}/islands-200` : undefined
}

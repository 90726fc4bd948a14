import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Mail.ru',
  docs: 'https://oauth.mail.ru/docs',
  color: '#005ff9',
  authorizationEndpoint: 'https://oauth.mail.ru/login',
  tokenEndpoint: 'https://oauth.mail.ru/token',
  userinfoEndpoint: 'https://oauth.mail.ru/userinfo',
  tokenPlacement: 'query',
  apiBaseUrl: 'https://oauth.mail.ru/',
  refreshTokens: true,
  scope: ['userinfo'],
  defaultTokenType: 'Bearer',
  profile: {
    id: 'id', username: 'nickname', name: 'name', givenName: 'first_name', familyName: 'last_name', email: 'email',
    picture: 'image', locale: 'locale', gender: 'gender', birthdate,
  },
})

// Dates are written DD.MM.YYYY: https://oauth.mail.ru/docs
function birthdate({ birthday }: RawProfile): string | undefined {
  const [, day, month, year] = /^(\d{2})\.(\d{2})\.(\d{4})$/.exec(String(birthday)) ?? []
  return year === undefined ? undefined : [year, month, day].join('-')
}

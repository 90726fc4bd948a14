import { createHash } from 'node:crypto'
import { defineProvider } from '../lib/types.js'

type Place = { city?: unknown; countryCode?: unknown } | null | undefined

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

export default defineProvider({
  protocol: 'oauth2',
  title: 'Odnoklassniki',
  docs: 'https://apiok.ru/en/ext/oauth/server',
  color: '#ee8208',
  parameters: { publicKey: { description: 'The application\'s public key (application_key)', kind: 'text' } },
  authorizationEndpoint: 'https://connect.ok.ru/oauth/authorize',
  tokenEndpoint: 'https://api.ok.ru/oauth/token.do',
  userinfoEndpoint: 'https://api.ok.ru/fb.do',
  userinfoQuery: { method: 'users.getCurrentUser', format: 'json' },
  apiBaseUrl: 'https://api.ok.ru/',
  tokenPlacement: 'query',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['VALUABLE_ACCESS', 'GET_EMAIL'],
  scopeSeparator: ';',
  offlineAccess: { scope: ['LONG_ACCESS_TOKEN'] },
  profile: {
    id: 'uid', name: 'name', givenName: 'first_name', familyName: 'last_name', email: 'email', picture: 'pic_3', locale: 'locale',
    gender: 'gender', birthdate: 'birthday',
    // https://apiok.ru/en/dev/methods/rest/users/users.getCurrentUser
    address: ({ location }) => ({ locality: (location as Place)?.city, country: (location as Place)?.countryCode }),
  },
  hooks: {
    // A bearer token goes by the type "session" here: https://apiok.ru/en/ext/oauth/server
    tokenResponse: (body) => body['token_type'] === 'session' ? { ...body, token_type: 'Bearer' } : body,
    // Calls are signed by a digest of their parameters, token and secret: https://apiok.ru/en/dev/methods/
    apiRequest(request, { accessToken }, { clientSecret = '', parameters: { publicKey = '' } = {} }) {
      const url = new URL(request.url)
      url.searchParams.set('application_key', publicKey)
      url.searchParams.sort()
      const parameters = [...url.searchParams].map(([name, value]) => `${name}=${value}`).join('')
      url.searchParams.set('sig', md5(parameters + md5(accessToken + clientSecret)))
      return { ...request, url: url.href }
    },
  },
})

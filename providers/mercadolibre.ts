import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Mercado Libre',
  docs: 'https://developers.mercadolibre.com.ar/en_us/authentication-and-authorization',
  color: '#ffe600',
  parameters: {
    site: { description: 'Host of a country, such as auth.mercadolivre.com.br', kind: 'host', default: 'auth.mercadolibre.com' },
  },
  authorizationEndpoint: 'https://{site}/authorization',
  tokenEndpoint: 'https://api.mercadolibre.com/oauth/token',
  userinfoEndpoint: 'https://api.mercadolibre.com/users/me',
  apiBaseUrl: 'https://api.mercadolibre.com/',
  clientAuth: 'post',
  refreshTokens: true,
  offlineAccess: { scope: ['offline_access'] },
  profile: {
    id: 'id', username: 'nickname', givenName: 'first_name', familyName: 'last_name', email: 'email',
    picture: 'thumbnail.picture_url',
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: '42 Intra',
  docs: 'https://api.intra.42.fr/apidoc/guides/web_application_flow',
  color: '#00babc',
  authorizationEndpoint: 'https://api.intra.42.fr/oauth/authorize',
  tokenEndpoint: 'https://api.intra.42.fr/oauth/token',
  userinfoEndpoint: 'https://api.intra.42.fr/v2/me',
  apiBaseUrl: 'https://api.intra.42.fr/v2/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['public'],
  profile: {
    id: 'id', username: 'login', name: 'displayname', givenName: 'first_name', familyName: 'last_name', email: 'email',
    picture: 'image.link',
  },
})

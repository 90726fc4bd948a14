import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Heroku',
  docs: 'https://devcenter.heroku.com/articles/oauth',
  color: '#430098',
  authorizationEndpoint: 'https://id.heroku.com/oauth/authorize',
  tokenEndpoint: 'https://id.heroku.com/oauth/token',
  userinfoEndpoint: 'https://api.heroku.com/account',
  apiBaseUrl: 'https://api.heroku.com/',
  // Without its version the API does not answer: https://devcenter.heroku.com/articles/platform-api-reference#clients
  apiHeaders: { accept: 'application/vnd.heroku+json; version=3' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['identity'],
  profile: { id: 'id', name: 'name', email: 'email' },
})

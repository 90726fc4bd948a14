import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Miro',
  docs: 'https://developers.miro.com/docs/getting-started-with-oauth',
  color: '#ffd02f',
  authorizationEndpoint: 'https://miro.com/oauth/authorize',
  tokenEndpoint: 'https://api.miro.com/v1/oauth/token',
  userinfoEndpoint: 'https://api.miro.com/v1/users/me',
  facts: { teamId: 'team_id', userId: 'user_id' },
  apiBaseUrl: 'https://api.miro.com/v2/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['identity:read'],
  profile: { id: 'id', name: 'name', email: 'email', picture: 'picture.image' },
})

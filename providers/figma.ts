import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Figma',
  docs: 'https://developers.figma.com/docs/rest-api/authentication/',
  color: '#f24e1e',
  authorizationEndpoint: 'https://www.figma.com/oauth',
  tokenEndpoint: 'https://api.figma.com/v1/oauth/token',
  refreshEndpoint: 'https://api.figma.com/v1/oauth/refresh',
  userinfoEndpoint: 'https://api.figma.com/v1/me',
  apiBaseUrl: 'https://api.figma.com/v1/',
  refreshTokens: true,
  scope: ['current_user:read'],
  scopeSeparator: ',',
  profile: { id: 'id', username: 'handle', email: 'email', picture: 'img_url' },
})

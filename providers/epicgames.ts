import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Epic Games',
  docs: 'https://dev.epicgames.com/docs/web-api-ref/authentication',
  color: '#313131',
  authorizationEndpoint: 'https://www.epicgames.com/id/authorize',
  tokenEndpoint: 'https://api.epicgames.dev/epic/oauth/v2/token',
  revocationEndpoint: 'https://api.epicgames.dev/epic/oauth/v2/revoke',
  userinfoEndpoint: 'https://api.epicgames.dev/epic/oauth/v2/userInfo',
  apiBaseUrl: 'https://api.epicgames.dev/',
  clientAuth: 'basic_raw',
  refreshTokens: true,
  scope: ['basic_profile'],
  profile: { id: 'sub', username: 'preferred_username' },
})

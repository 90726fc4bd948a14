import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Atlassian',
  docs: 'https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/',
  color: '#0052cc',
  authorizationEndpoint: 'https://auth.atlassian.com/authorize',
  authorizationParams: { audience: 'api.atlassian.com', prompt: 'consent' },
  tokenEndpoint: 'https://auth.atlassian.com/oauth/token',
  userinfoEndpoint: 'https://api.atlassian.com/me',
  apiBaseUrl: 'https://api.atlassian.com/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['read:me'],
  offlineAccess: { scope: ['offline_access'] },
  profile: {
    id: 'account_id', username: 'nickname', name: 'name', email: 'email', emailVerified: 'email_verified', picture: 'picture',
    locale: 'locale', zoneinfo: 'zoneinfo',
  },
})

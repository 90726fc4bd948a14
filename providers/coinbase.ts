import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Coinbase',
  docs: 'https://docs.cdp.coinbase.com/coinbase-app/oauth2-integration/overview',
  color: '#0052ff',
  authorizationEndpoint: 'https://login.coinbase.com/oauth2/auth',
  tokenEndpoint: 'https://login.coinbase.com/oauth2/token',
  revocationEndpoint: 'https://login.coinbase.com/oauth2/revoke',
  userinfoEndpoint: 'https://api.coinbase.com/v2/user',
  apiBaseUrl: 'https://api.coinbase.com/v2/',
  apiHeaders: { 'cb-version': '2023-01-05' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['wallet:user:read', 'wallet:user:email'],
  offlineAccess: { scope: ['offline_access'] },
  profile: {
    id: 'data.id', username: 'data.username', name: 'data.name', email: 'data.email', picture: 'data.avatar_url',
    profileUrl: 'data.profile_url',
  },
})

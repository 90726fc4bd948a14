import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Pinterest',
  docs: 'https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/',
  color: '#e60023',
  authorizationEndpoint: 'https://www.pinterest.com/oauth/',
  tokenEndpoint: 'https://api.pinterest.com/v5/oauth/token',
  userinfoEndpoint: 'https://api.pinterest.com/v5/user_account',
  apiBaseUrl: 'https://api.pinterest.com/v5/',
  refreshTokens: true,
  scope: ['user_accounts:read'],
  scopeSeparator: ',',
  profile: { id: 'id', username: 'username', name: 'business_name', picture: 'profile_image', website: 'website_url' },
})

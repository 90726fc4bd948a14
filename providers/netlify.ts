import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Netlify',
  docs: 'https://docs.netlify.com/api/get-started/',
  color: '#014847',
  authorizationEndpoint: 'https://app.netlify.com/authorize',
  tokenEndpoint: 'https://api.netlify.com/oauth/token',
  userinfoEndpoint: 'https://api.netlify.com/api/v1/user',
  apiBaseUrl: 'https://api.netlify.com/api/v1/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: [],
  profile: { id: 'id', name: 'full_name', email: 'email', picture: 'avatar_url' },
})

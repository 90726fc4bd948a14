import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Kick',
  docs: 'https://docs.kick.com/getting-started/generating-tokens-oauth2-flow',
  color: '#53fc18',
  authorizationEndpoint: 'https://id.kick.com/oauth/authorize',
  tokenEndpoint: 'https://id.kick.com/oauth/token',
  userinfoEndpoint: 'https://api.kick.com/public/v1/users',
  apiBaseUrl: 'https://api.kick.com/public/v1/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['user:read'],
  profile: { id: 'user_id', username: 'name', email: 'email', picture: 'profile_picture' },
  hooks: {
    // Asked without ids, the list holds the token's own person only: https://docs.kick.com/apis/users
    userinfo: ({ data }) => (data as [RawProfile?] | undefined)?.[0] ?? {},
  },
})

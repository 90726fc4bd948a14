import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'X',
  docs: 'https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code',
  color: '#0f1419',
  authorizationEndpoint: 'https://x.com/i/oauth2/authorize',
  tokenEndpoint: 'https://api.x.com/2/oauth2/token',
  revocationEndpoint: 'https://api.x.com/2/oauth2/revoke',
  userinfoEndpoint: 'https://api.x.com/2/users/me',
  userinfoQuery: { 'user.fields': 'id,name,username,profile_image_url,confirmed_email' },
  apiBaseUrl: 'https://api.x.com/2/',
  // https://docs.x.com/x-api/fundamentals/pagination
  pagination: { cursor: 'meta.next_token', parameter: 'pagination_token' },
  refreshTokens: true,
  scope: ['users.read', 'tweet.read', 'users.email'],
  offlineAccess: { scope: ['offline.access'] },
  profile: {
    id: 'data.id', username: 'data.username', name: 'data.name', picture: 'data.profile_image_url', email: 'data.confirmed_email',
    // Only a confirmed address is given: https://docs.x.com/x-api/users/get-my-user
    emailVerified: () => true,
    profileUrl,
  },
})

function profileUrl({ data }: RawProfile): string | undefined {
  const username = (data as { username?: unknown } | undefined)?.username
  return typeof username === 'string' ? `https://x.com/${username}` : undefined
}

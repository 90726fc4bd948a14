import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth1',
  title: 'Discogs',
  docs: 'https://www.discogs.com/developers',
  color: '#333333',
  parameters: { userAgent: { description: 'Name and version of the application', kind: 'text', default: 'authrouter' } },
  requestTokenEndpoint: 'https://api.discogs.com/oauth/request_token',
  authorizationEndpoint: 'https://www.discogs.com/oauth/authorize',
  accessTokenEndpoint: 'https://api.discogs.com/oauth/access_token',
  userinfoEndpoint: 'https://api.discogs.com/oauth/identity',
  // The identity is an id and a user name, and no more: https://www.discogs.com/developers#page:user-identity
  extraRequests: { user: ({ username }) => `https://api.discogs.com/users/${encodeURIComponent(String(username))}` },
  apiBaseUrl: 'https://api.discogs.com/',
  apiHeaders: { 'user-agent': '{userAgent}' },
  signatureMethod: 'HMAC-SHA1',
  profile: {
    id: 'id', username: 'username', name: 'user.name', email: 'user.email', picture: 'user.avatar_url', profileUrl: 'user.uri',
  },
})

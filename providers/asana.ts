import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Asana',
  docs: 'https://developers.asana.com/docs/oauth',
  color: '#f06a6a',
  authorizationEndpoint: 'https://app.asana.com/-/oauth_authorize',
  tokenEndpoint: 'https://app.asana.com/-/oauth_token',
  revocationEndpoint: 'https://app.asana.com/-/oauth_revoke',
  userinfoEndpoint: 'https://app.asana.com/api/1.0/users/me',
  apiBaseUrl: 'https://app.asana.com/api/1.0/',
  // https://developers.asana.com/docs/pagination
  pagination: { next: 'next_page.uri' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['users:read'],
  profile: { id: 'data.gid', name: 'data.name', email: 'data.email', picture: 'data.photo.image_128x128' },
})

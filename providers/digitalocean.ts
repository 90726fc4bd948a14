import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'DigitalOcean',
  docs: 'https://docs.digitalocean.com/reference/api/oauth/',
  color: '#0080ff',
  authorizationEndpoint: 'https://cloud.digitalocean.com/v1/oauth/authorize',
  tokenEndpoint: 'https://cloud.digitalocean.com/v1/oauth/token',
  userinfoEndpoint: 'https://api.digitalocean.com/v2/account',
  apiBaseUrl: 'https://api.digitalocean.com/v2/',
  // https://docs.digitalocean.com/reference/api/intro/
  pagination: { next: 'links.pages.next' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['account:read'],
  profile: { id: 'account.uuid', name: 'account.name', email: 'account.email', emailVerified: 'account.email_verified' },
})

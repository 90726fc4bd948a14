import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'OneLogin',
  docs: 'https://developers.onelogin.com/openid-connect',
  color: '#1c1f2a',
  parameters: { subdomain: { description: 'Subdomain of the account', kind: 'segment', example: 'acme' } },
  issuer: 'https://{subdomain}.onelogin.com/oidc/2',
  apiBaseUrl: 'https://{subdomain}.onelogin.com/api/2/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  // No claim says whether an address is confirmed: https://developers.onelogin.com/openid-connect/api/user-info
  profile: { emailVerified: () => undefined },
})

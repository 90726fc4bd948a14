import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Codeberg',
  docs: 'https://forgejo.org/docs/latest/user/oauth2-provider/',
  color: '#2185d0',
  issuer: 'https://codeberg.org/',
  apiBaseUrl: 'https://codeberg.org/api/v1/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
})

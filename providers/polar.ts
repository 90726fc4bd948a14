import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Polar',
  docs: 'https://polar.sh/docs/integrate/oauth2/introduction',
  color: '#0062ff',
  issuer: 'https://polar.sh',
  discoveryEndpoint: 'https://api.polar.sh/.well-known/openid-configuration',
  // Else an application may be set to sign in organizations: https://polar.sh/docs/integrate/oauth2/connect
  authorizationParams: { sub_type: 'user' },
  apiBaseUrl: 'https://api.polar.sh/v1/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Autodesk',
  docs: 'https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/overview/',
  color: '#000000',
  issuer: 'https://developer.api.autodesk.com',
  apiBaseUrl: 'https://developer.api.autodesk.com/',
  refreshTokens: true,
  scope: ['openid', 'user-profile:read'],
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Roblox',
  docs: 'https://create.roblox.com/docs/cloud/auth/oauth2-overview',
  color: '#335fff',
  issuer: 'https://apis.roblox.com/oauth/',
  apiBaseUrl: 'https://apis.roblox.com/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile'],
  // There are no addresses: https://create.roblox.com/docs/cloud/auth/oauth2-reference
  profile: { emailVerified: () => undefined },
})

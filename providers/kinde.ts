import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Kinde',
  docs: 'https://docs.kinde.com/developer-tools/about/using-kinde-without-an-sdk/',
  color: '#0f0f0f',
  parameters: { domain: { description: 'Domain of the business, such as example.kinde.com or one of its own', kind: 'host' } },
  issuer: 'https://{domain}',
  apiBaseUrl: 'https://{domain}/api/v1/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline'] },
  // No claim that says whether an address is confirmed is documented:
  // https://docs.kinde.com/developer-tools/about/using-kinde-without-an-sdk/
  profile: { emailVerified: () => undefined },
})

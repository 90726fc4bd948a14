import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Adobe',
  docs: 'https://developer.adobe.com/developer-console/docs/guides/authentication/UserAuthentication/',
  color: '#fa0f00',
  issuer: 'https://ims-na1.adobelogin.com',
  discoveryEndpoint: 'https://ims-na1.adobelogin.com/ims/.well-known/openid-configuration',
  apiBaseUrl: 'https://ims-na1.adobelogin.com/ims/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email', 'AdobeID'],
  scopeSeparator: ',',
  offlineAccess: { scope: ['offline_access'] },
})

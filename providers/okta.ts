import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Okta',
  docs: 'https://developer.okta.com/docs/concepts/oauth-openid/',
  color: '#00297a',
  parameters: {
    domain: { description: 'Host of the organization, such as example.okta.com', kind: 'host', example: 'example.okta.com' },
    authorizationServer: { description: 'Id of a custom authorization server', kind: 'segment', default: '' },
  },
  // The organization is an issuer itself, and has others below it: https://developer.okta.com/docs/concepts/auth-servers/
  issuer: ({ domain = '', authorizationServer = '' }) =>
    `https://${domain}${authorizationServer === '' ? '' : `/oauth2/${authorizationServer}`}`,
  apiBaseUrl: 'https://{domain}/api/v1/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
})

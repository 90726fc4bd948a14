import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'FusionAuth',
  docs: 'https://fusionauth.io/docs/lifecycle/authenticate-users/oauth/endpoints',
  color: '#f58320',
  parameters: { host: { description: 'Host of the server, which its tenant has to have as issuer', kind: 'host' } },
  // The issuer is a free text of the tenant, acme.com until it is set:
  // https://fusionauth.io/docs/get-started/core-concepts/tenants#general
  issuer: 'https://{host}',
  discoveryEndpoint: 'https://{host}/.well-known/openid-configuration',
  apiBaseUrl: 'https://{host}/api/',
  refreshTokens: true,
  scope: ['openid', 'email', 'profile'],
  offlineAccess: { scope: ['offline_access'] },
})

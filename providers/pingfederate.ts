import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'PingFederate',
  docs: 'https://docs.pingidentity.com/pingfederate/latest/developers_reference_guide/pf_oauth_2_0_endpoints.html',
  color: '#b3282d',
  parameters: { host: { description: 'Host of the server, with a port if there is one', kind: 'host' } },
  issuer: 'https://{host}',
  apiBaseUrl: 'https://{host}/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
})

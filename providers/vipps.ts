import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Vipps MobilePay',
  docs: 'https://developer.vippsmobilepay.com/docs/APIs/login-api/',
  color: '#ff5b24',
  parameters: { host: { description: 'api.vipps.no, or apitest.vipps.no for tests', kind: 'host', default: 'api.vipps.no' } },
  issuer: 'https://{host}/access-management-1.0/access/',
  apiBaseUrl: 'https://{host}/',
  refreshTokens: false,
  scope: ['openid', 'name', 'email'],
})

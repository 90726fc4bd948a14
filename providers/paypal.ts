import { defineProvider } from '../lib/types.js'

// OAuth 2.0, for no ID Token comes with the scope openid: https://developer.paypal.com/docs/log-in-with-paypal/integrate/
export default defineProvider({
  protocol: 'oauth2',
  title: 'PayPal',
  docs: 'https://developer.paypal.com/docs/log-in-with-paypal/',
  color: '#003087',
  parameters: { host: { description: 'paypal.com or sandbox.paypal.com', kind: 'host', default: 'paypal.com' } },
  authorizationEndpoint: 'https://www.{host}/signin/authorize',
  tokenEndpoint: 'https://api-m.{host}/v1/oauth2/token',
  userinfoEndpoint: 'https://api-m.{host}/v1/identity/oauth2/userinfo',
  userinfoQuery: { schema: 'paypalv1.1' },
  apiBaseUrl: 'https://api-m.{host}/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  profile: {
    // An address that ends in the id: https://developer.paypal.com/docs/api/identity/v1/#userinfo_get
    id: ({ user_id: id }) => typeof id === 'string' ? id.slice(id.lastIndexOf('/') + 1) : undefined,
    name: 'name', givenName: 'given_name', familyName: 'family_name', email: 'emails[primary=true].value',
    emailVerified: 'emails[primary=true].confirmed', address: 'address',
  },
})

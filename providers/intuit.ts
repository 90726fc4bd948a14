import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Intuit',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/openid-connect',
  color: '#236cff',
  issuer: 'https://oauth.platform.intuit.com/op/v1',
  discoveryEndpoint: 'https://developer.api.intuit.com/.well-known/openid_configuration',
  apiBaseUrl: 'https://quickbooks.api.intuit.com/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  // ID Tokens hold no nonce:
  // https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/openid-connect
  nonce: false,
  // Calls of accounting name the company, as in v3/company/{realmId}:
  // https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0
  facts: { realmId: { from: 'callback', path: 'realmId' } },
  callbackParameters: ['realmId'],
  profile: {
    givenName: 'givenName', familyName: 'familyName', emailVerified: 'emailVerified', phoneNumber: 'phoneNumber',
  },
  hooks: {
    // The company that calls to the API have to name; it comes in the callback, and only with a scope of accounting:
    // https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0
    userinfo: (raw, _tokens, { callback }) => ({ ...raw, ...callback }),
  },
})

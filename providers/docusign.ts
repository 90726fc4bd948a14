import { defineProvider } from '../lib/types.js'

// Plain OAuth 2.0: the documented token answer has no ID Token, and those that there are leave the nonce out:
// https://developers.docusign.com/platform/auth/confidential-authcode-get-token/
export default defineProvider({
  protocol: 'oauth2',
  title: 'Docusign',
  docs: 'https://developers.docusign.com/platform/auth/authcode/',
  color: '#4c00ff',
  parameters: {
    host: { description: 'account-d.docusign.com for development', kind: 'host', default: 'account.docusign.com' },
    apiHost: { description: 'Host of the base_uri that userinfo gives an account', kind: 'host', default: 'www.docusign.net' },
  },
  authorizationEndpoint: 'https://{host}/oauth/auth',
  tokenEndpoint: 'https://{host}/oauth/token',
  userinfoEndpoint: 'https://{host}/oauth/userinfo',
  // The profile says where each account is, and which one is meant: https://developers.docusign.com/platform/auth/reference/user-info/
  facts: {
    baseUri: { from: 'userinfo', path: 'accounts[is_default=true].base_uri', hosts: ['*.docusign.net'] },
    accountId: { from: 'userinfo', path: 'accounts[is_default=true].account_id' },
  },
  apiBaseUrl: ({ apiHost = '', baseUri = `https://${apiHost}` }) => `${baseUri}/restapi/v2.1/`,
  refreshTokens: true,
  scope: ['signature'],
  profile: { id: 'sub', name: 'name', givenName: 'given_name', familyName: 'family_name', email: 'email' },
})

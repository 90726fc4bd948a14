import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Basecamp',
  docs: 'https://github.com/basecamp/api/blob/master/sections/authentication.md',
  color: '#1d2d35',
  // Calls have to say whose they are: https://github.com/basecamp/bc3-api#identifying-your-application
  parameters: { userAgent: { description: 'Name of the application and its contact', kind: 'text', default: 'authrouter' } },
  authorizationEndpoint: 'https://launchpad.37signals.com/authorization/new',
  // A draft of OAuth 2.0 had a type in place of response_type and grant_type:
  // https://github.com/basecamp/api/blob/master/sections/authentication.md#oauth-2-from-scratch
  authorizationParams: { type: 'web_server' },
  tokenEndpoint: 'https://launchpad.37signals.com/authorization/token',
  tokenParams: { type: 'web_server' },
  refreshParams: { type: 'refresh' },
  userinfoEndpoint: 'https://launchpad.37signals.com/authorization.json',
  apiBaseUrl: 'https://launchpad.37signals.com/',
  facts: { accountHref: { from: 'userinfo', path: 'accounts[product=bc3].href', hosts: ['3.basecampapi.com'] } },
  apiHosts: ['3.basecampapi.com'],
  apiHeaders: { 'user-agent': '{userAgent}' },
  clientAuth: 'post',
  defaultTokenType: 'Bearer',
  refreshTokens: true,
  scope: [],
  profile: {
    id: 'identity.id', givenName: 'identity.first_name', familyName: 'identity.last_name', email: 'identity.email_address',
  },
})

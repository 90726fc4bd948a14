import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Zendesk',
  docs: 'https://developer.zendesk.com/api-reference/ticketing/oauth/grant_type_tokens/',
  color: '#03363d',
  parameters: {
    subdomain: { description: 'What stands before .zendesk.com', kind: 'segment', example: 'acme', pattern: /[a-z0-9][a-z0-9-]*/ },
  },
  authorizationEndpoint: 'https://{subdomain}.zendesk.com/oauth/authorizations/new',
  tokenEndpoint: 'https://{subdomain}.zendesk.com/oauth/tokens',
  userinfoEndpoint: 'https://{subdomain}.zendesk.com/api/v2/users/me.json',
  apiBaseUrl: 'https://{subdomain}.zendesk.com/api/v2/',
  // https://developer.zendesk.com/api-reference/introduction/pagination/
  pagination: { next: 'links.next' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['read'],
  // Not taken: verified, which speaks of any of a person's identities, and which an agent may set.
  profile: {
    id: 'user.id', name: 'user.name', email: 'user.email', picture: 'user.photo.content_url', locale: 'user.locale',
    zoneinfo: 'user.iana_time_zone', phoneNumber: 'user.phone',
  },
})

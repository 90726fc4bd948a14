import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Airtable',
  docs: 'https://airtable.com/developers/web/api/oauth-reference',
  color: '#fcb400',
  authorizationEndpoint: 'https://airtable.com/oauth2/v1/authorize',
  tokenEndpoint: 'https://airtable.com/oauth2/v1/token',
  userinfoEndpoint: 'https://api.airtable.com/v0/meta/whoami',
  apiBaseUrl: 'https://api.airtable.com/v0/',
  // https://airtable.com/developers/web/api/list-records
  pagination: { cursor: 'offset', parameter: 'offset' },
  refreshTokens: true,
  scope: ['user.email:read'],
  profile: { id: 'id', email: 'email' },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Todoist',
  docs: 'https://developer.todoist.com/api/v1/#tag/Authorization',
  color: '#e44332',
  authorizationEndpoint: 'https://todoist.com/oauth/authorize',
  tokenEndpoint: 'https://todoist.com/oauth/access_token',
  userinfoEndpoint: 'https://api.todoist.com/api/v1/user',
  apiBaseUrl: 'https://api.todoist.com/api/v1/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['data:read'],
  scopeSeparator: ',',
  profile: { id: 'id', name: 'full_name', email: 'email', picture: 'avatar_big', locale: 'lang', zoneinfo: 'tz_info.timezone' },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Typeform',
  docs: 'https://www.typeform.com/developers/get-started/applications/',
  color: '#262627',
  parameters: {
    host: { description: 'Host that grants access; the EU data centre has its own', kind: 'host', default: 'api.typeform.com' },
    apiHost: { description: 'Host of the API; the EU data centre has its own', kind: 'host', default: 'api.typeform.com' },
  },
  authorizationEndpoint: 'https://{host}/oauth/authorize',
  tokenEndpoint: 'https://{host}/oauth/token',
  userinfoEndpoint: 'https://{apiHost}/me',
  apiBaseUrl: 'https://{apiHost}/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['accounts:read'],
  offlineAccess: { scope: ['offline'] },
  profile: { id: 'user_id', name: 'alias', email: 'email', locale: 'language' },
})

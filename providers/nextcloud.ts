import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Nextcloud',
  docs: 'https://docs.nextcloud.com/server/latest/admin_manual/configuration_server/oauth2.html',
  color: '#0082c9',
  parameters: { host: { description: 'Host of the server, with its path if there is one', kind: 'address' } },
  authorizationEndpoint: 'https://{host}/index.php/apps/oauth2/authorize',
  tokenEndpoint: 'https://{host}/index.php/apps/oauth2/api/v1/token',
  userinfoEndpoint: 'https://{host}/ocs/v2.php/cloud/user',
  userinfoQuery: { format: 'json' },
  apiBaseUrl: 'https://{host}/ocs/v2.php/',
  apiHeaders: { 'ocs-apirequest': 'true' },
  refreshTokens: true,
  scope: [],
  profile: {
    id: 'ocs.data.id', name: 'ocs.data.display-name', email: 'ocs.data.email', website: 'ocs.data.website',
    locale: 'ocs.data.language', phoneNumber: 'ocs.data.phone',
  },
})

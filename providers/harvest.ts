import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Harvest',
  docs: 'https://help.getharvest.com/api-v2/authentication-api/authentication/authentication/',
  color: '#fa5d00',
  parameters: {
    userAgent: { description: 'Name of the application and a way to reach its makers', kind: 'text', default: 'authrouter' },
  },
  authorizationEndpoint: 'https://id.getharvest.com/oauth2/authorize',
  tokenEndpoint: 'https://id.getharvest.com/api/v2/oauth2/token',
  userinfoEndpoint: 'https://id.getharvest.com/api/v2/accounts',
  apiBaseUrl: 'https://api.harvestapp.com/v2/',
  apiHeaders: { 'user-agent': '{userAgent}' },
  clientAuth: 'post',
  refreshTokens: true,
  profile: { id: 'user.id', givenName: 'user.first_name', familyName: 'user.last_name', email: 'user.email' },
})

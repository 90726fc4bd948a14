import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Linear',
  docs: 'https://linear.app/developers/oauth-2-0-authentication',
  color: '#5e6ad2',
  authorizationEndpoint: 'https://linear.app/oauth/authorize',
  tokenEndpoint: 'https://api.linear.app/oauth/token',
  userinfoEndpoint: 'https://api.linear.app/graphql',
  userinfoJson: { query: '{ viewer { id name displayName email avatarUrl url timezone organization { id } } }' },
  facts: { organizationId: { from: 'userinfo', path: 'data.viewer.organization.id' } },
  apiBaseUrl: 'https://api.linear.app/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['read'],
  scopeSeparator: ',',
  profile: {
    id: 'data.viewer.id', username: 'data.viewer.displayName', name: 'data.viewer.name', email: 'data.viewer.email',
    picture: 'data.viewer.avatarUrl', profileUrl: 'data.viewer.url', zoneinfo: 'data.viewer.timezone',
  },
})

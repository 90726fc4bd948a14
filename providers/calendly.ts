import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Calendly',
  docs: 'https://developer.calendly.com/docs/authentication/scopes',
  color: '#006bff',
  authorizationEndpoint: 'https://auth.calendly.com/oauth/authorize',
  tokenEndpoint: 'https://auth.calendly.com/oauth/token',
  revocationEndpoint: 'https://auth.calendly.com/oauth/revoke',
  // https://developer.calendly.com/api-docs/calendly-o-auth/o-auth/post-oauth-revoke
  revocationClientAuth: 'post',
  userinfoEndpoint: 'https://api.calendly.com/users/me',
  // Lists are asked for by the address of the user or of the organization: https://developer.calendly.com/api-docs
  facts: {
    owner: { path: 'owner', hosts: ['api.calendly.com'] },
    organization: { path: 'organization', hosts: ['api.calendly.com'] },
  },
  apiBaseUrl: 'https://api.calendly.com/',
  refreshTokens: true,
  scope: ['users:read'],
  profile: {
    id: 'resource.uri', username: 'resource.slug', name: 'resource.name', email: 'resource.email', picture: 'resource.avatar_url',
    profileUrl: 'resource.scheduling_url', zoneinfo: 'resource.timezone',
  },
})

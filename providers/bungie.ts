import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Bungie.net',
  docs: 'https://github.com/Bungie-net/api/wiki/OAuth-Documentation',
  color: '#0887d3',
  parameters: { apiKey: { description: 'API key of the application', kind: 'text' } },
  authorizationEndpoint: 'https://www.bungie.net/en/oauth/authorize',
  tokenEndpoint: 'https://www.bungie.net/platform/app/oauth/token/',
  userinfoEndpoint: 'https://www.bungie.net/Platform/User/GetMembershipsForCurrentUser/',
  apiBaseUrl: 'https://www.bungie.net/Platform/',
  apiHeaders: { 'x-api-key': '{apiKey}' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: [],
  profile: {
    id: 'Response.bungieNetUser.membershipId', username: 'Response.bungieNetUser.uniqueName',
    name: 'Response.bungieNetUser.displayName', locale: 'Response.bungieNetUser.locale', picture,
  },
})

// The picture is a path below the site: https://bungie-net.github.io/multi/schema_User-GeneralUser.html
function picture({ Response: response }: RawProfile): string | undefined {
  const path = (response as { bungieNetUser?: { profilePicturePath?: unknown } } | undefined)?.bungieNetUser?.profilePicturePath
  return typeof path === 'string' && path.startsWith('/') ? `https://www.bungie.net${path}` : undefined
}

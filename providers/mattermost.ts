import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Mattermost',
  docs: 'https://developers.mattermost.com/integrate/apps/authentication/oauth2/',
  color: '#1e325c',
  parameters: { host: { description: 'Host of the server, and a path if it has one', kind: 'address' } },
  authorizationEndpoint: 'https://{host}/oauth/authorize',
  tokenEndpoint: 'https://{host}/oauth/access_token',
  userinfoEndpoint: 'https://{host}/api/v4/users/me',
  apiBaseUrl: 'https://{host}/api/v4/',
  clientAuth: 'post',
  refreshTokens: true,
  profile: {
    id: 'id', username: 'username', givenName: 'first_name', familyName: 'last_name', email: 'email',
    emailVerified: 'email_verified', locale: 'locale', zoneinfo,
  },
})

// The zone is the browser's, or one that the person chose: https://api.mattermost.com/#tag/users/operation/GetUser
function zoneinfo({ timezone }: RawProfile): unknown {
  const { useAutomaticTimezone, automaticTimezone, manualTimezone } = (timezone ?? {}) as RawProfile
  return String(useAutomaticTimezone) === 'true' ? automaticTimezone : manualTimezone
}

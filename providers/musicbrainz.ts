import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'MusicBrainz',
  docs: 'https://musicbrainz.org/doc/Development/OAuth2',
  color: '#ba478f',
  parameters: {
    userAgent: { description: 'Application and contact: "Example/1.0 ( me@example.com )"', kind: 'text', default: 'authrouter' },
  },
  authorizationEndpoint: 'https://musicbrainz.org/oauth2/authorize',
  tokenEndpoint: 'https://musicbrainz.org/oauth2/token',
  revocationEndpoint: 'https://musicbrainz.org/oauth2/revoke',
  userinfoEndpoint: 'https://musicbrainz.org/oauth2/userinfo',
  apiBaseUrl: 'https://musicbrainz.org/ws/2/',
  // Applications that do not name themselves are blocked: https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting
  apiHeaders: { 'user-agent': '{userAgent}' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['profile', 'email'],
  offlineAccess: { authorizationParams: { access_type: 'offline', approval_prompt: 'force' } },
  // The subject is the account's name, which can change; the number cannot.
  profile: {
    id: 'metabrainz_user_id', username: 'sub', email: 'email', emailVerified: 'email_verified', profileUrl: 'profile',
    website: 'website', gender: 'gender', zoneinfo: 'zoneinfo',
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Zoom',
  docs: 'https://developers.zoom.us/docs/integrations/oauth/',
  color: '#0b5cff',
  authorizationEndpoint: 'https://zoom.us/oauth/authorize',
  tokenEndpoint: 'https://zoom.us/oauth/token',
  revocationEndpoint: 'https://zoom.us/oauth/revoke',
  userinfoEndpoint: 'https://api.zoom.us/v2/users/me',
  // The token answer names the cluster of the account: https://developers.zoom.us/docs/integrations/oauth/
  facts: { apiUrl: { path: 'api_url', hosts: /api(-[a-z]{2})?\.(zoom\.us|zoomgov\.com)/ } },
  apiBaseUrl: ({ apiUrl = 'https://api.zoom.us' }) => `${apiUrl}/v2/`,
  // https://developers.zoom.us/docs/api/pagination/
  pagination: { cursor: 'next_page_token', parameter: 'next_page_token' },
  refreshTokens: true,
  scope: ['user:read:user'],
  profile: {
    id: 'id', name: 'display_name', givenName: 'first_name', familyName: 'last_name', email: 'email', picture: 'pic_url',
    profileUrl: 'vanity_url', locale: 'language', zoneinfo: 'timezone', phoneNumber: 'phone_number',
    // A number says whether the account's address is confirmed: https://developers.zoom.us/docs/api/users/
    emailVerified: ({ verified }) => verified === 1,
  },
})

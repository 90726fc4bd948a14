import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Spotify',
  docs: 'https://developer.spotify.com/documentation/web-api/tutorials/code-flow',
  color: '#1db954',
  authorizationEndpoint: 'https://accounts.spotify.com/authorize',
  tokenEndpoint: 'https://accounts.spotify.com/api/token',
  userinfoEndpoint: 'https://api.spotify.com/v1/me',
  apiBaseUrl: 'https://api.spotify.com/v1/',
  // https://developer.spotify.com/documentation/web-api/reference/get-users-saved-tracks
  pagination: { next: 'next' },
  refreshTokens: true,
  scope: ['user-read-email'],
  profile: {
    id: 'id', name: 'display_name', email: 'email', picture: 'images.0.url', profileUrl: 'external_urls.spotify',
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'SoundCloud',
  docs: 'https://developers.soundcloud.com/docs/api/guide#authentication',
  color: '#ff5500',
  authorizationEndpoint: 'https://secure.soundcloud.com/authorize',
  tokenEndpoint: 'https://secure.soundcloud.com/oauth/token',
  userinfoEndpoint: 'https://api.soundcloud.com/me',
  apiBaseUrl: 'https://api.soundcloud.com/',
  // https://developers.soundcloud.com/docs/api/guide#pagination
  pagination: { next: 'next_href' },
  apiHeaders: { accept: 'application/json; charset=utf-8' },
  tokenScheme: 'OAuth',
  clientAuth: 'post',
  refreshTokens: true,
  profile: {
    id: 'urn', username: 'username', name: 'full_name', givenName: 'first_name', familyName: 'last_name', picture: 'avatar_url',
    profileUrl: 'permalink_url',
  },
})

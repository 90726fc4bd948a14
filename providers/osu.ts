import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'osu!',
  docs: 'https://osu.ppy.sh/docs/index.html#authentication',
  color: '#ff66aa',
  authorizationEndpoint: 'https://osu.ppy.sh/oauth/authorize',
  tokenEndpoint: 'https://osu.ppy.sh/oauth/token',
  userinfoEndpoint: 'https://osu.ppy.sh/api/v2/me',
  apiBaseUrl: 'https://osu.ppy.sh/api/v2/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['identify'],
  profile: {
    id: 'id', username: 'username', picture: 'avatar_url',
    // https://osu.ppy.sh/docs/index.html#user
    address: ({ country_code: country }) => ({ country }),
    profileUrl: ({ id, username }) => username === undefined ? undefined : `https://osu.ppy.sh/users/${String(id)}`,
  },
})

import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'OpenStreetMap',
  docs: 'https://wiki.openstreetmap.org/wiki/OAuth',
  color: '#7ebc6f',
  authorizationEndpoint: 'https://www.openstreetmap.org/oauth2/authorize',
  tokenEndpoint: 'https://www.openstreetmap.org/oauth2/token',
  revocationEndpoint: 'https://www.openstreetmap.org/oauth2/revoke',
  userinfoEndpoint: 'https://api.openstreetmap.org/api/0.6/user/details.json',
  apiBaseUrl: 'https://api.openstreetmap.org/api/0.6/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['read_prefs'],
  profile: { id: 'user.id', username: 'user.display_name', picture: 'user.img.href', locale: 'user.languages.0', profileUrl },
})

// The page goes by the display name: https://wiki.openstreetmap.org/wiki/API_v0.6#Methods_for_user_data
function profileUrl({ user }: RawProfile): unknown {
  const { display_name: name } = (user ?? {}) as { display_name?: unknown }
  return typeof name === 'string' ? `https://www.openstreetmap.org/user/${encodeURIComponent(name)}` : undefined
}

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'MyAnimeList',
  docs: 'https://myanimelist.net/apiconfig/references/authorization',
  color: '#2e51a2',
  authorizationEndpoint: 'https://myanimelist.net/v1/oauth2/authorize',
  tokenEndpoint: 'https://myanimelist.net/v1/oauth2/token',
  userinfoEndpoint: 'https://api.myanimelist.net/v2/users/@me',
  userinfoQuery: { fields: 'id,name,picture,gender,birthday,location,joined_at,time_zone' },
  apiBaseUrl: 'https://api.myanimelist.net/v2/',
  // https://myanimelist.net/apiconfig/references/api/v2
  pagination: { next: 'paging.next' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: [],
  // No other method is known here: https://myanimelist.net/apiconfig/references/authorization
  pkceMethod: 'plain',
  profile: {
    id: 'id', username: 'name', picture: 'picture', gender: 'gender', birthdate: 'birthday', zoneinfo: 'time_zone',
    // https://myanimelist.net/apiconfig/references/api/v2#operation/users_user_id_get
    profileUrl: ({ name }) =>
      typeof name === 'string' ? `https://myanimelist.net/profile/${encodeURIComponent(name)}` : undefined,
  },
})

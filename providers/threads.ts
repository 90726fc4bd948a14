import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Threads',
  docs: 'https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions',
  color: '#000000',
  authorizationEndpoint: 'https://threads.net/oauth/authorize',
  tokenEndpoint: 'https://graph.threads.net/oauth/access_token',
  defaultTokenType: 'Bearer',
  userinfoEndpoint: 'https://graph.threads.net/v1.0/me',
  userinfoQuery: { fields: 'id,username,name,threads_profile_picture_url' },
  apiBaseUrl: 'https://graph.threads.net/v1.0/',
  tokenPlacement: 'query',
  clientAuth: 'post',
  refreshTokens: false,
  // A token of one hour is exchanged for one of sixty days, and that for the next:
  // https://developers.facebook.com/docs/threads/get-started/long-lived-tokens
  renewal: {
    grantType: 'th_refresh_token', parameter: 'access_token', endpoint: 'https://graph.threads.net/refresh_access_token', method: 'GET', authenticated: false,
    shortLived: { grantType: 'th_exchange_token', parameter: 'access_token', endpoint: 'https://graph.threads.net/access_token', method: 'GET' },
  },
  scope: ['threads_basic'],
  scopeSeparator: ',',
  profile: {
    id: 'id', username: 'username', name: 'name', picture: 'threads_profile_picture_url',
    // A profile's page goes by the username: https://developers.facebook.com/docs/threads/threads-profiles
    profileUrl: ({ username }) => typeof username === 'string' ? `https://www.threads.net/@${username}` : undefined,
  },
  hooks: {
    // The first token's hour is said in the documentation only; that of the others is in their answers.
    tokenResponse: (answer) => 'access_token' in answer ? { expires_in: 3600, ...answer } : answer,
  },
})

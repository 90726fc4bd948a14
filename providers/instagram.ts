import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Instagram',
  docs: 'https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login',
  color: '#e4405f',
  authorizationEndpoint: 'https://www.instagram.com/oauth/authorize',
  tokenEndpoint: 'https://api.instagram.com/oauth/access_token',
  userinfoEndpoint: 'https://graph.instagram.com/me',
  userinfoQuery: { fields: 'user_id,username,name,account_type,profile_picture_url' },
  tokenPlacement: 'query',
  apiBaseUrl: 'https://graph.instagram.com/',
  clientAuth: 'post',
  refreshTokens: false,
  // One of an hour for one of sixty days, and that for the next: https://developers.facebook.com/docs/instagram-platform/reference/access_token
  renewal: {
    grantType: 'ig_refresh_token', parameter: 'access_token', endpoint: 'https://graph.instagram.com/refresh_access_token', method: 'GET', authenticated: false,
    shortLived: { grantType: 'ig_exchange_token', parameter: 'access_token', endpoint: 'https://graph.instagram.com/access_token', method: 'GET' },
  },
  scope: ['instagram_business_basic'],
  scopeSeparator: ',',
  defaultTokenType: 'Bearer',
  profile: {
    id: 'user_id', username: 'username', name: 'name', picture: 'profile_picture_url',
    profileUrl: ({ username }) => typeof username === 'string' ? `https://www.instagram.com/${username}` : undefined,
  },
  // That the first token lives for an hour is said in the documentation only.
  hooks: { tokenResponse: (answer) => 'access_token' in unwrapped(answer) ? { expires_in: 3600, ...unwrapped(answer) } : unwrapped(answer), userinfo: unwrapped },
})

// Token and person are documented as the only element of a list, but come without it as well:
// https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/get-started
function unwrapped(answer: RawProfile): RawProfile {
  const { data } = answer as { data?: RawProfile[] }
  return Array.isArray(data) ? data[0] ?? {} : answer
}

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
  scope: ['instagram_business_basic'],
  scopeSeparator: ',',
  defaultTokenType: 'Bearer',
  profile: {
    id: 'user_id', username: 'username', name: 'name', picture: 'profile_picture_url',
    profileUrl: ({ username }) => typeof username === 'string' ? `https://www.instagram.com/${username}` : undefined,
  },
  hooks: { tokenResponse: unwrapped, userinfo: unwrapped },
})

// Token and person are documented as the only element of a list, but come without it as well:
// https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/get-started
function unwrapped(answer: RawProfile): RawProfile {
  const { data } = answer as { data?: RawProfile[] }
  return Array.isArray(data) ? data[0] ?? {} : answer
}

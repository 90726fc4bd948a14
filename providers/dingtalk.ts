import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'DingTalk',
  docs: 'https://open.dingtalk.com/document/orgapp/tutorial-obtaining-user-personal-information',
  color: '#1677ff',
  authorizationEndpoint: 'https://login.dingtalk.com/oauth2/auth',
  authorizationParams: { prompt: 'consent' },
  tokenEndpoint: 'https://api.dingtalk.com/v1.0/oauth2/userAccessToken',
  tokenBodyFormat: 'json',
  userinfoEndpoint: 'https://api.dingtalk.com/v1.0/contact/users/me',
  apiBaseUrl: 'https://api.dingtalk.com/v1.0/',
  tokenHeader: 'x-acs-dingtalk-access-token',
  tokenScheme: '',
  clientAuth: 'post',
  defaultTokenType: 'Bearer',
  refreshTokens: true,
  scope: ['openid'],
  profile: { id: 'unionId', name: 'nick', email: 'email', picture: 'avatarUrl', phoneNumber: 'mobile' },
  hooks: {
    // The token endpoint, and it alone, has names of its own for all but the code:
    // https://open.dingtalk.com/document/orgapp/obtain-user-token
    tokenRequest({ refresh_token: refreshToken, ...form }, { client: { clientId, clientSecret = '' } }) {
      const renamed = { clientId, clientSecret, grantType: form['grant_type'] ?? '' }
      return { ...form, ...renamed, ...(refreshToken === undefined ? {} : { refreshToken }) }
    },
    // As above.
    tokenResponse: ({ accessToken, refreshToken, expireIn, ...body }) =>
      ({ ...body, access_token: accessToken, refresh_token: refreshToken, expires_in: expireIn }),
  },
})

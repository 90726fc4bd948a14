import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Withings',
  docs: 'https://developer.withings.com/api-reference/',
  color: '#1f2a44',
  authorizationEndpoint: 'https://account.withings.com/oauth2_user/authorize2',
  tokenEndpoint: 'https://wbsapi.withings.net/v2/oauth2',
  apiBaseUrl: 'https://wbsapi.withings.net/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['user.info'],
  scopeSeparator: ',',
  tokenParams: { action: 'requesttoken' },
  // There is no more to know of a person than the id, which comes with the tokens.
  profile: { id: 'userid' },
  hooks: {
    // Every answer is a 200, with a status that is 0 when all is well, and a body: https://developer.withings.com/api-reference/
    tokenResponse: ({ status, body }) => status === 0 ? { ...body as Record<string, unknown> } : { error: status },
  },
})

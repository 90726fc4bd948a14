import { createHmac } from 'node:crypto'
import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Facebook',
  docs: 'https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow',
  color: '#1877f2',
  parameters: { version: { description: 'Version of the Graph API', kind: 'segment', default: 'v24.0' } },
  authorizationEndpoint: 'https://www.facebook.com/{version}/dialog/oauth',
  tokenEndpoint: 'https://graph.facebook.com/{version}/oauth/access_token',
  userinfoEndpoint: 'https://graph.facebook.com/{version}/me',
  userinfoQuery: { fields: 'id,name,first_name,last_name,email,picture.width(400)' },
  apiBaseUrl: 'https://graph.facebook.com/{version}/',
  // https://developers.facebook.com/docs/graph-api/results
  pagination: { next: 'paging.next' },
  clientAuth: 'post',
  refreshTokens: false,
  // https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
  renewal: { grantType: 'fb_exchange_token', parameter: 'fb_exchange_token' },
  scope: ['public_profile', 'email'],
  scopeSeparator: ',',
  profile: {
    id: 'id', name: 'name', givenName: 'first_name', familyName: 'last_name', email: 'email', picture: 'picture.data.url',
  },
  hooks: {
    // Proves that the request comes from the application itself, which its settings can demand:
    // https://developers.facebook.com/docs/graph-api/securing-requests
    apiRequest(request, { accessToken }, { clientSecret }) {
      if (clientSecret === undefined) return request
      const url = new URL(request.url)
      url.searchParams.set('appsecret_proof', createHmac('sha256', clientSecret).update(accessToken).digest('hex'))
      return { ...request, url: url.href }
    },
  },
})

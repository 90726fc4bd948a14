import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Etsy',
  docs: 'https://developers.etsy.com/documentation/essentials/authentication/',
  color: '#f1641e',
  authorizationEndpoint: 'https://www.etsy.com/oauth/connect',
  tokenEndpoint: 'https://api.etsy.com/v3/public/oauth/token',
  // The id is what stands before the dot of the access token:
  // https://developers.etsy.com/documentation/essentials/authentication/#step-3-request-an-access-token
  extraRequests: {
    user: (_profile, { response: { access_token: accessToken } }) =>
      `https://openapi.etsy.com/v3/application/users/${encodeURIComponent(String(accessToken).split('.')[0] ?? '')}`,
  },
  apiBaseUrl: 'https://openapi.etsy.com/v3/',
  // The secret is for the API only; the token endpoint takes PKCE for a proof.
  clientAuth: 'none',
  refreshTokens: true,
  scope: ['email_r'],
  profile: {
    id: 'user.user_id', givenName: 'user.first_name', familyName: 'user.last_name', email: 'user.primary_email',
    picture: 'user.image_url_75x75',
  },
  hooks: {
    // Every call names the application, with its secret where that is known:
    // https://developers.etsy.com/documentation/essentials/requests/
    apiRequest: (request, _tokens, { clientId, clientSecret }) => ({
      ...request,
      headers: { ...request.headers, 'x-api-key': clientSecret === undefined ? clientId : `${clientId}:${clientSecret}` },
    }),
  },
})

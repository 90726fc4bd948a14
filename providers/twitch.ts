import { defineProvider } from '../lib/types.js'

const claims = { email: null, email_verified: null, picture: null, preferred_username: null }

export default defineProvider({
  protocol: 'oidc',
  title: 'Twitch',
  docs: 'https://dev.twitch.tv/docs/authentication/getting-tokens-oidc/',
  color: '#9146ff',
  issuer: 'https://id.twitch.tv/oauth2',
  authorizationParams: { claims: JSON.stringify({ id_token: claims, userinfo: claims }) },
  revocationEndpoint: 'https://id.twitch.tv/oauth2/revoke',
  apiBaseUrl: 'https://api.twitch.tv/helix/',
  // https://dev.twitch.tv/docs/api/guide/#pagination
  pagination: { cursor: 'pagination.cursor', parameter: 'after' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'user:read:email'],
  hooks: {
    // Scopes are a list: https://dev.twitch.tv/docs/authentication/getting-tokens-oidc/#oidc-authorization-code-grant-flow
    tokenResponse: (body) => Array.isArray(body['scope']) ? { ...body, scope: body['scope'].join(' ') } : body,
    // Every call names the application: https://dev.twitch.tv/docs/api/get-started/#make-your-first-call
    apiRequest: (request, _tokens, { clientId }) => ({ ...request, headers: { ...request.headers, 'client-id': clientId } }),
  },
})

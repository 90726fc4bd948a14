import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'HubSpot',
  docs: 'https://developers.hubspot.com/docs/api-reference/2026-03/authentication/oauth-tokens/token-introspect',
  color: '#ff7a59',
  authorizationEndpoint: 'https://app.hubspot.com/oauth/authorize',
  tokenEndpoint: 'https://api.hubapi.com/oauth/2026-03/token',
  revocationEndpoint: 'https://api.hubapi.com/oauth/2026-03/token/revoke',
  // What is known of the person is what is known of the token:
  // https://developers.hubspot.com/docs/api-reference/2026-03/authentication/oauth-tokens/token-introspect
  userinfoEndpoint: 'https://api.hubapi.com/oauth/2026-03/token/introspect',
  userinfoForm: ({ client: { clientId, clientSecret = '' } }) =>
    ({ client_id: clientId, client_secret: clientSecret, token_type_hint: 'access_token' }),
  tokenPlacement: 'body',
  tokenParameter: 'token',
  facts: { hubId: { from: 'userinfo', path: 'hub_id' }, hubDomain: { from: 'userinfo', path: 'hub_domain' } },
  apiBaseUrl: 'https://api.hubapi.com/',
  // https://developers.hubspot.com/docs/api/crm/contacts
  pagination: { cursor: 'paging.next.after', parameter: 'after' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['oauth'],
  profile: { id: 'user_id', email: 'user' },
  hooks: {
    // The answer repeats the token, which is no part of a profile.
    userinfo: ({ token: _token, signed_access_token: _signedToken, ...profile }) => profile,
  },
})

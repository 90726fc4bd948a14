import { createHmac, timingSafeEqual } from 'node:crypto'
import { defineProvider, type TokenRequestFacts } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Shopify (Admin)',
  docs: 'https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant',
  color: '#95bf47',
  parameters: {
    shop: { description: 'Name of the shop, without .myshopify.com', kind: 'segment', example: 'acme', pattern: /[a-z0-9][a-z0-9-]*/ },
  },
  authorizationEndpoint: 'https://{shop}.myshopify.com/admin/oauth/authorize',
  // Only a token in online mode says who signed in:
  // https://shopify.dev/docs/apps/build/authentication-authorization/access-token-types/online-access-tokens
  authorizationParams: { 'grant_options[]': 'per-user' },
  tokenEndpoint: 'https://{shop}.myshopify.com/admin/oauth/access_token',
  defaultTokenType: 'Bearer',
  tokenHeader: 'x-shopify-access-token',
  tokenScheme: '',
  apiBaseUrl: 'https://{shop}.myshopify.com/admin/api/',
  callbackParameters: ['code', 'hmac', 'host', 'shop', 'state', 'timestamp'],
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['read_products'],
  scopeSeparator: ',',
  profile: {
    id: 'associated_user.id', givenName: 'associated_user.first_name', familyName: 'associated_user.last_name',
    email: 'associated_user.email', emailVerified: 'associated_user.email_verified', locale: 'associated_user.locale',
  },
  hooks: { tokenRequest: ofSignedCallback },
})

// The callback is signed with the client's secret, and a login whose callback is not ends here:
// https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant#step-3-validate-authorization-code
function ofSignedCallback(form: Record<string, string>, { callback: { hmac, ...signed }, client }: TokenRequestFacts): Record<string, string> {
  if (form['grant_type'] !== 'authorization_code') return form
  const text = Object.entries(signed).map(([name, value]) => `${name}=${value}`).sort().join('&')
  const expected = createHmac('sha256', client.clientSecret ?? '').update(text).digest()
  const given = Buffer.from(hmac ?? '', 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('The callback is not signed by the shop.')
  return form
}

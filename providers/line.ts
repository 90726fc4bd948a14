import { createHmac } from 'node:crypto'
import { defineProvider, type RawProfile } from '../lib/types.js'

// Not OpenID Connect: ID Tokens of web logins are signed by HS256 with the client's own secret, which proves no issuer:
// https://developers.line.biz/en/docs/line-login/verify-id-token/
export default defineProvider({
  protocol: 'oauth2',
  title: 'LINE',
  docs: 'https://developers.line.biz/en/reference/line-login/',
  color: '#06c755',
  authorizationEndpoint: 'https://access.line.me/oauth2/v2.1/authorize',
  tokenEndpoint: 'https://api.line.me/oauth2/v2.1/token',
  userinfoEndpoint: 'https://api.line.me/oauth2/v2.1/userinfo',
  apiBaseUrl: 'https://api.line.me/v2/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  profile: { id: 'sub', name: 'name', picture: 'picture', email: 'email' },
  hooks: {
    // The e-mail address stands in the ID Token only: https://developers.line.biz/en/docs/line-login/verify-id-token/#payload
    userinfo(profile, _tokens, { client, response }) {
      const claims = signedClaims(response['id_token'], client.clientSecret)
      return claims['sub'] === profile['sub'] && claims['email'] !== undefined ? { ...profile, email: claims['email'] } : profile
    },
  },
})

function signedClaims(idToken: unknown, secret: string | undefined): RawProfile {
  if (typeof idToken !== 'string' || secret === undefined) return {}
  const [header = '', payload = '', signature] = idToken.split('.')
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')
  return signature === expected ? JSON.parse(Buffer.from(payload, 'base64url').toString()) as RawProfile : {}
}

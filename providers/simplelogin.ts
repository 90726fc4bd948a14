import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'SimpleLogin',
  docs: 'https://simplelogin.io/docs/siwsl/intro/',
  color: '#e0197d',
  issuer: 'https://app.simplelogin.io',
  apiBaseUrl: 'https://app.simplelogin.io/api/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['openid', 'email', 'profile'],
  // ID Tokens of the code flow hold no nonce: https://github.com/simple-login/app/blob/master/app/oauth/views/token.py
  nonce: false,
  profile: { picture: 'avatar_url' },
})

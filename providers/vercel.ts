import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Vercel',
  docs: 'https://vercel.com/docs/sign-in-with-vercel/authorization-server-api',
  color: '#000000',
  issuer: 'https://vercel.com',
  apiBaseUrl: 'https://api.vercel.com/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'email', 'profile'],
  offlineAccess: { scope: ['offline_access'] },
})

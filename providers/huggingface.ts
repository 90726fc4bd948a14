import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Hugging Face',
  docs: 'https://huggingface.co/docs/hub/oauth',
  color: '#ffd21e',
  issuer: 'https://huggingface.co',
  apiBaseUrl: 'https://huggingface.co/api/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
})

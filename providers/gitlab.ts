import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'GitLab',
  docs: 'https://docs.gitlab.com/integration/openid_connect_provider/',
  color: '#fc6d26',
  parameters: { host: { description: 'Host of a GitLab of your own', kind: 'host', default: 'gitlab.com' } },
  issuer: 'https://{host}',
  apiBaseUrl: 'https://{host}/api/v4/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
})

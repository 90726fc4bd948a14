import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Forgejo',
  docs: 'https://forgejo.org/docs/latest/user/oauth2-provider/',
  color: '#fb923c',
  parameters: { host: { description: 'Host of the instance', kind: 'host' } },
  issuer: 'https://{host}',
  apiBaseUrl: 'https://{host}/api/v1/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  profile: {
    // email_verified says that the account is active, also on an instance that lets anyone in unconfirmed, which is the default:
    // https://forgejo.org/docs/latest/admin/config-cheat-sheet/#service-service
    emailVerified: () => undefined,
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Gitea',
  docs: 'https://docs.gitea.com/development/oauth2-provider',
  color: '#609926',
  parameters: { host: { description: 'Host of an instance of your own', kind: 'host', default: 'gitea.com' } },
  issuer: 'https://{host}',
  apiBaseUrl: 'https://{host}/api/v1/',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  profile: {
    // email_verified says that the account is active, also on an instance that lets anyone in unconfirmed, which is the default:
    // https://docs.gitea.com/administration/config-cheat-sheet#service-service
    emailVerified: () => undefined,
  },
})

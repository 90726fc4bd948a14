import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Battle.net',
  docs: 'https://community.developer.battle.net/documentation/guides/using-oauth',
  color: '#148eff',
  parameters: { host: { description: 'For China, oauth.battlenet.com.cn', kind: 'host', default: 'oauth.battle.net' } },
  issuer: 'https://{host}',
  apiBaseUrl: 'https://{host}/',
  refreshTokens: false,
  scope: ['openid'],
  profile: {
    username: 'battletag',
    // There are no e-mail addresses here: https://community.developer.battle.net/documentation/battle-net/oauth-apis
    emailVerified: () => undefined,
  },
})

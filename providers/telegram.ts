import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Telegram',
  docs: 'https://core.telegram.org/bots/telegram-login',
  color: '#229ed9',
  issuer: 'https://oauth.telegram.org',
  userinfo: false,
  apiBaseUrl: 'https://oauth.telegram.org/',
  refreshTokens: false,
  scope: ['openid', 'profile'],
  profile: {
    // There are no e-mail addresses, so nothing is said of one: https://core.telegram.org/bots/telegram-login
    emailVerified: () => undefined,
    // A username is the name of a public link: https://core.telegram.org/api/links#public-username-links
    profileUrl: ({ preferred_username: username }) => typeof username === 'string' ? `https://t.me/${username}` : undefined,
  },
})

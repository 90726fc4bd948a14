import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Discord',
  docs: 'https://discord.com/developers/docs/topics/oauth2',
  color: '#5865f2',
  authorizationEndpoint: 'https://discord.com/oauth2/authorize',
  tokenEndpoint: 'https://discord.com/api/oauth2/token',
  revocationEndpoint: 'https://discord.com/api/oauth2/token/revoke',
  userinfoEndpoint: 'https://discord.com/api/users/@me',
  // With the scope bot: https://discord.com/developers/docs/topics/oauth2#advanced-bot-authorization
  facts: { guildId: 'guild.id' },
  apiBaseUrl: 'https://discord.com/api/v10/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['identify', 'email'],
  profile: {
    id: 'id', username: 'username', name: 'global_name', email: 'email', emailVerified: 'verified', locale: 'locale',
    // The avatar is a file's name, which a_ marks as animated: https://discord.com/developers/docs/reference#image-formatting
    picture: ({ id, avatar }) => typeof avatar === 'string'
      ? `https://cdn.discordapp.com/avatars/${String(id)}/${avatar}.${avatar.startsWith('a_') ? 'gif' : 'png'}`
      : undefined,
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'openid2',
  title: 'Steam',
  docs: 'https://partner.steamgames.com/doc/features/auth#website',
  color: '#171a21',
  identifier: 'https://steamcommunity.com/openid',
  authorizationEndpoint: 'https://steamcommunity.com/openid/login',
  claimedIdPattern: /^https:\/\/steamcommunity\.com\/openid\/id\/\d{17}$/,
  apiBaseUrl: 'https://api.steampowered.com/',
  refreshTokens: false,
  // The id is the end of the claimed identifier: https://partner.steamgames.com/doc/features/auth#website
  profile: { id: ({ claimed_id: id }) => typeof id === 'string' ? id.split('/').at(-1) : undefined },
})

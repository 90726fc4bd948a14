import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'openid2',
  title: 'Steam',
  docs: 'https://partner.steamgames.com/doc/features/auth#website',
  color: '#171a21',
  parameters: {
    webApiKey: { description: 'Steam Web API key, for name and picture; without one there is the SteamID alone', kind: 'text', default: '' },
  },
  identifier: 'https://steamcommunity.com/openid',
  authorizationEndpoint: 'https://steamcommunity.com/openid/login',
  claimedIdPattern: /^https:\/\/steamcommunity\.com\/openid\/id\/\d{17}$/,
  simpleRegistration: [],
  attributeExchange: {},
  // https://partner.steamgames.com/doc/webapi/ISteamUser#GetPlayerSummaries
  extraRequests: {
    player: (raw, { client: { parameters: { webApiKey = '' } = {} } }) =>
      webApiKey && `https://api.steampowered.com/ISteamUser/GetPlayerSummaries/v2/?${new URLSearchParams({ key: webApiKey, steamids: steamId(raw) }).toString()}`,
  },
  apiBaseUrl: 'https://api.steampowered.com/',
  refreshTokens: false,
  profile: {
    id: steamId, username: 'player.response.players.0.personaname', name: 'player.response.players.0.personaname',
    picture: 'player.response.players.0.avatarfull', profileUrl: 'player.response.players.0.profileurl',
  },
})

/** The SteamID, which is the end of the claimed identifier, and too long for a number. */
function steamId({ claimed_id: id }: Record<string, unknown>): string {
  return typeof id === 'string' ? (id.split('/').at(-1) ?? '') : ''
}

import { defineProvider } from '../lib/types.js'

// The person is a character, who can be sold: an application that keeps what is dear compares raw.CharacterOwnerHash too.
// https://developers.eveonline.com/docs/services/sso/
export default defineProvider({
  protocol: 'oauth2',
  title: 'EVE Online',
  docs: 'https://developers.eveonline.com/docs/services/sso/',
  color: '#1b1b1b',
  authorizationEndpoint: 'https://login.eveonline.com/v2/oauth/authorize',
  tokenEndpoint: 'https://login.eveonline.com/v2/oauth/token',
  revocationEndpoint: 'https://login.eveonline.com/v2/oauth/revoke',
  userinfoEndpoint: 'https://login.eveonline.com/v2/oauth/verify',
  apiBaseUrl: 'https://esi.evetech.net/',
  refreshTokens: true,
  scope: ['publicData'],
  profile: {
    id: 'CharacterID', username: 'CharacterName',
    // Portraits of characters have an address by id: https://developers.eveonline.com/docs/services/image-server/
    picture: ({ CharacterID: id, TokenType: type }) => type === 'Character'
      ? `https://images.evetech.net/characters/${String(id)}/portrait?size=256`
      : undefined,
  },
})

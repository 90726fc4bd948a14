import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'DeviantArt',
  docs: 'https://www.deviantart.com/developers/authentication',
  color: '#05cc47',
  authorizationEndpoint: 'https://www.deviantart.com/oauth2/authorize',
  tokenEndpoint: 'https://www.deviantart.com/oauth2/token',
  revocationEndpoint: 'https://www.deviantart.com/oauth2/revoke',
  userinfoEndpoint: 'https://www.deviantart.com/api/v1/oauth2/user/whoami',
  userinfoQuery: { expand: 'user.details,user.geo,user.profile' },
  apiBaseUrl: 'https://www.deviantart.com/api/v1/oauth2/',
  // It answers 403 to clients that do not take compressed answers: https://www.deviantart.com/developers/errors
  apiHeaders: { 'accept-encoding': 'gzip' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['user'],
  profile: {
    id: 'userid', username: 'username', picture: 'usericon', gender: 'details.sex', zoneinfo: 'geo.timezone',
    profileUrl: ({ username }) => typeof username === 'string' ? `https://www.deviantart.com/${username}` : undefined,
  },
})

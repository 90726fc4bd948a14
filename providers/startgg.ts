import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'start.gg',
  docs: 'https://developer.start.gg/docs/oauth/oauth-overview',
  color: '#3f80ff',
  authorizationEndpoint: 'https://start.gg/oauth/authorize',
  tokenEndpoint: 'https://api.start.gg/oauth/access_token',
  // The scopes have to be named again: https://developer.start.gg/docs/oauth/oauth-overview
  tokenParams: { scope: 'user.identity user.email' },
  refreshEndpoint: 'https://api.start.gg/oauth/refresh',
  userinfoEndpoint: 'https://api.start.gg/gql/alpha',
  userinfoJson: { query: '{ currentUser { id slug name email player { gamerTag } images(type: "profile") { url } } }' },
  apiBaseUrl: 'https://api.start.gg/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['user.identity', 'user.email'],
  profile: {
    id: 'data.currentUser.id', username: 'data.currentUser.player.gamerTag', name: 'data.currentUser.name',
    email: 'data.currentUser.email', picture: 'data.currentUser.images.0.url',
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Mastodon',
  docs: 'https://docs.joinmastodon.org/spec/oauth/',
  color: '#6364ff',
  parameters: { instance: { description: 'Host of the instance, such as mastodon.social', kind: 'host', example: 'mastodon.social' } },
  authorizationEndpoint: 'https://{instance}/oauth/authorize',
  tokenEndpoint: 'https://{instance}/oauth/token',
  revocationEndpoint: 'https://{instance}/oauth/revoke',
  userinfoEndpoint: 'https://{instance}/api/v1/accounts/verify_credentials',
  apiBaseUrl: 'https://{instance}/api/v1/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['read:accounts'],
  profile: {
    id: 'id', username: 'username', name: 'display_name', picture: 'avatar', profileUrl: 'url', locale: 'source.language',
  },
})

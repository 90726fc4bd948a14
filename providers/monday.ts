import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'monday.com',
  docs: 'https://developer.monday.com/apps/docs/oauth',
  color: '#6161ff',
  authorizationEndpoint: 'https://auth.monday.com/oauth2/authorize',
  tokenEndpoint: 'https://auth.monday.com/oauth2/token',
  userinfoEndpoint: 'https://api.monday.com/v2',
  userinfoJson: { query: 'query { me { id name email photo_original url phone birthday time_zone_identifier } }' },
  apiBaseUrl: 'https://api.monday.com/',
  // The API documents the token alone in its header: https://developer.monday.com/api-reference/docs/authentication
  tokenScheme: '',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['me:read'],
  profile: {
    id: 'data.me.id', name: 'data.me.name', email: 'data.me.email', picture: 'data.me.photo_original', profileUrl: 'data.me.url',
    birthdate: 'data.me.birthday', zoneinfo: 'data.me.time_zone_identifier', phoneNumber: 'data.me.phone',
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'AniList',
  docs: 'https://docs.anilist.co/guide/auth/authorization-code',
  color: '#02a9ff',
  authorizationEndpoint: 'https://anilist.co/api/v2/oauth/authorize',
  tokenEndpoint: 'https://anilist.co/api/v2/oauth/token',
  userinfoEndpoint: 'https://graphql.anilist.co',
  userinfoJson: { query: 'query { Viewer { id name avatar { large } siteUrl } }' },
  apiBaseUrl: 'https://graphql.anilist.co/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: [],
  profile: {
    id: 'data.Viewer.id', username: 'data.Viewer.name', picture: 'data.Viewer.avatar.large', profileUrl: 'data.Viewer.siteUrl',
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Meetup',
  docs: 'https://www.meetup.com/graphql/authentication/',
  color: '#ed1c40',
  authorizationEndpoint: 'https://secure.meetup.com/oauth2/authorize',
  tokenEndpoint: 'https://secure.meetup.com/oauth2/access',
  userinfoEndpoint: 'https://api.meetup.com/gql-ext',
  userinfoJson: { query: '{ self { id name email username memberUrl } }' },
  apiBaseUrl: 'https://api.meetup.com/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['basic'],
  profile: {
    id: 'data.self.id', username: 'data.self.username', name: 'data.self.name', email: 'data.self.email',
    profileUrl: 'data.self.memberUrl',
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Patreon',
  docs: 'https://docs.patreon.com/#oauth',
  color: '#000000',
  authorizationEndpoint: 'https://www.patreon.com/oauth2/authorize',
  tokenEndpoint: 'https://www.patreon.com/api/oauth2/token',
  userinfoEndpoint: 'https://www.patreon.com/api/oauth2/v2/identity',
  userinfoQuery: { 'fields[user]': 'email,first_name,last_name,full_name,image_url,is_email_verified,url,vanity' },
  apiBaseUrl: 'https://www.patreon.com/api/oauth2/v2/',
  // https://docs.patreon.com/#pagination-and-sorting
  pagination: { next: 'links.next' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['identity', 'identity[email]'],
  profile: {
    id: 'data.id', username: 'data.attributes.vanity', name: 'data.attributes.full_name', givenName: 'data.attributes.first_name',
    familyName: 'data.attributes.last_name', email: 'data.attributes.email', emailVerified: 'data.attributes.is_email_verified',
    picture: 'data.attributes.image_url', profileUrl: 'data.attributes.url',
  },
})

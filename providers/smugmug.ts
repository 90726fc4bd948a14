import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth1',
  title: 'SmugMug',
  docs: 'https://api.smugmug.com/api/v2/doc/tutorial/authorization.html',
  color: '#6db944',
  requestTokenEndpoint: 'https://api.smugmug.com/services/oauth/1.0a/getRequestToken',
  authorizationEndpoint: 'https://api.smugmug.com/services/oauth/1.0a/authorize',
  authorizationParams: { Access: 'Public', Permissions: 'Read' },
  accessTokenEndpoint: 'https://api.smugmug.com/services/oauth/1.0a/getAccessToken',
  userinfoEndpoint: 'https://api.smugmug.com/api/v2!authuser',
  apiBaseUrl: 'https://api.smugmug.com/api/v2/',
  signatureMethod: 'HMAC-SHA1',
  profile: {
    id: 'Response.User.NickName', name: 'Response.User.Name',
    givenName: 'Response.User.FirstName', familyName: 'Response.User.LastName', email: 'Response.User.Email',
    profileUrl: 'Response.User.WebUri',
  },
})

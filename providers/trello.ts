import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth1',
  title: 'Trello',
  docs: 'https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/',
  color: '#0079bf',
  parameters: { appName: { description: 'Name of the application on the consent page', kind: 'text', default: 'authrouter' } },
  requestTokenEndpoint: 'https://trello.com/1/OAuthGetRequestToken',
  authorizationEndpoint: 'https://trello.com/1/OAuthAuthorizeToken',
  authorizationParams: { name: '{appName}', expiration: '30days', scope: 'read,account' },
  accessTokenEndpoint: 'https://trello.com/1/OAuthGetAccessToken',
  userinfoEndpoint: 'https://api.trello.com/1/members/me',
  userinfoQuery: { fields: 'id,username,fullName,email,avatarUrl,url,prefs' },
  apiBaseUrl: 'https://api.trello.com/1/',
  signatureMethod: 'HMAC-SHA1',
  profile: {
    id: 'id', username: 'username', name: 'fullName', email: 'email', profileUrl: 'url', locale: 'prefs.locale',
    // The address lacks the file, which is named by its size:
    // https://developer.atlassian.com/cloud/trello/guides/rest-api/object-definitions/
    picture: ({ avatarUrl }) => typeof avatarUrl === 'string' ? `${avatarUrl}/170.png` : undefined,
  },
})

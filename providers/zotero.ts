import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth1',
  title: 'Zotero',
  docs: 'https://www.zotero.org/support/dev/web_api/v3/oauth',
  color: '#cc2936',
  requestTokenEndpoint: 'https://www.zotero.org/oauth/request',
  authorizationEndpoint: 'https://www.zotero.org/oauth/authorize',
  accessTokenEndpoint: 'https://www.zotero.org/oauth/access',
  apiBaseUrl: 'https://api.zotero.org/',
  apiHeaders: { 'zotero-api-version': '3' },
  signatureMethod: 'HMAC-SHA1',
  // The sign-in alone, without a look into the person's library.
  authorizationParams: { identity: '1' },
  profile: { id: 'userID', username: 'username' },
  hooks: {
    // The token's secret is a key of the API, which passes over signatures:
    // https://www.zotero.org/support/dev/web_api/v3/oauth
    apiRequest: (request, { tokenSecret: key = '' }) => ({ ...request, headers: { ...request.headers, 'zotero-api-key': key } }),
  },
})

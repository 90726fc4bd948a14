import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Zoho',
  docs: 'https://www.zoho.com/accounts/protocol/oauth.html',
  color: '#e42527',
  // One entry signs in the people of one data centre: https://www.zoho.com/accounts/protocol/oauth/multi-dc.html
  parameters: {
    dc: {
      description: 'Data centre, such as accounts.zoho.eu', kind: 'host', default: 'accounts.zoho.com',
      pattern: /accounts\.(zoho\.(com|eu|in|com\.au|jp|com\.cn|sa|uk)|zohocloud\.ca)/,
    },
  },
  authorizationEndpoint: 'https://{dc}/oauth/v2/auth',
  tokenEndpoint: 'https://{dc}/oauth/v2/token',
  userinfoEndpoint: 'https://{dc}/oauth/user/info',
  // The token answer says where the API of a person's data centre is: https://www.zoho.com/accounts/protocol/oauth/multi-dc.html
  facts: { apiDomain: { path: 'api_domain', hosts: /www\.zohoapis\.(com|eu|in|com\.au|jp|com\.cn|ca|sa|uk)/ } },
  apiBaseUrl: ({ dc = '', apiDomain = `https://${dc.replace(/^accounts\.zoho(cloud)?\./, 'www.zohoapis.')}` }) => `${apiDomain}/`,
  tokenScheme: 'Zoho-oauthtoken',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['AaaServer.profile.READ'],
  scopeSeparator: ',',
  offlineAccess: { authorizationParams: { access_type: 'offline', prompt: 'consent' } },
  profile: { id: 'ZUID', givenName: 'First_Name', familyName: 'Last_Name', nickname: 'Display_Name', email: 'Email' },
})

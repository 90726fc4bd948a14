import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Mailchimp',
  docs: 'https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/',
  color: '#ffe01b',
  parameters: {
    dataCenter: { description: 'Data centre of the accounts, which the profile names as dc', kind: 'segment', default: 'us1' },
  },
  authorizationEndpoint: 'https://login.mailchimp.com/oauth2/authorize',
  tokenEndpoint: 'https://login.mailchimp.com/oauth2/token',
  userinfoEndpoint: 'https://login.mailchimp.com/oauth2/metadata',
  tokenScheme: 'OAuth',
  // The profile says where the account's API is: https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/
  facts: { apiEndpoint: { from: 'userinfo', path: 'api_endpoint', hosts: /[a-z]{2}\d{1,3}\.api\.mailchimp\.com/ } },
  apiBaseUrl: ({ dataCenter = '', apiEndpoint = `https://${dataCenter}.api.mailchimp.com` }) => `${apiEndpoint}/3.0/`,
  clientAuth: 'post',
  refreshTokens: false,
  defaultTokenType: 'Bearer',
  // An account may have several logins; user_id names the account:
  // https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/
  profile: {
    id: 'login.login_id', username: 'login.login_name', name: 'accountname', email: 'login.login_email', picture: 'login.avatar',
  },
  hooks: {
    // A lifetime of 0 seconds means that the token does not end:
    // https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/
    tokenResponse: ({ expires_in: lifetime, ...body }) => lifetime === 0 ? body : { ...body, expires_in: lifetime },
  },
})

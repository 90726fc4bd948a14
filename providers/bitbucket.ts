import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Bitbucket',
  docs: 'https://support.atlassian.com/bitbucket-cloud/docs/use-oauth-on-bitbucket-cloud/',
  color: '#0052cc',
  authorizationEndpoint: 'https://bitbucket.org/site/oauth2/authorize',
  tokenEndpoint: 'https://bitbucket.org/site/oauth2/access_token',
  userinfoEndpoint: 'https://api.bitbucket.org/2.0/user',
  extraRequests: { emails: 'https://api.bitbucket.org/2.0/user/emails' },
  apiBaseUrl: 'https://api.bitbucket.org/2.0/',
  // https://developer.atlassian.com/cloud/bitbucket/rest/intro/#pagination
  pagination: { next: 'next' },
  refreshTokens: true,
  scope: ['account', 'email'],
  profile: {
    id: 'account_id', username: 'nickname', name: 'display_name', picture: 'links.avatar.href', profileUrl: 'links.html.href',
    email: 'emails.values[is_primary=true].email', emailVerified: 'emails.values[is_primary=true].is_confirmed',
  },
})

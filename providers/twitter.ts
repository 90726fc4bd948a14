import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth1',
  title: 'Twitter',
  docs: 'https://docs.x.com/fundamentals/authentication/oauth-1-0a/overview',
  color: '#1d9bf0',
  requestTokenEndpoint: 'https://api.x.com/oauth/request_token',
  authorizationEndpoint: 'https://api.x.com/oauth/authenticate',
  accessTokenEndpoint: 'https://api.x.com/oauth/access_token',
  userinfoEndpoint: 'https://api.x.com/1.1/account/verify_credentials.json',
  userinfoQuery: { include_email: 'true', skip_status: 'true', include_entities: 'false' },
  apiBaseUrl: 'https://api.x.com/1.1/',
  signatureMethod: 'HMAC-SHA1',
  profile: {
    id: 'id_str', username: 'screen_name', name: 'name', email: 'email', picture: 'profile_image_url_https',
    // An address that is not confirmed is left out:
    // https://developer.x.com/en/docs/twitter-api/v1/accounts-and-users/manage-account-settings/api-reference/get-account-verify_credentials
    emailVerified: () => true,
    profileUrl: ({ screen_name: username }) => typeof username === 'string' ? `https://x.com/${username}` : undefined,
  },
})

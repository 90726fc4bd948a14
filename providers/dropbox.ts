import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Dropbox',
  docs: 'https://developers.dropbox.com/oauth-guide',
  color: '#0061ff',
  authorizationEndpoint: 'https://www.dropbox.com/oauth2/authorize',
  tokenEndpoint: 'https://api.dropboxapi.com/oauth2/token',
  userinfoEndpoint: 'https://api.dropboxapi.com/2/users/get_current_account',
  userinfoMethod: 'POST',
  // For calls in a team's space: https://developers.dropbox.com/dbx-team-files-guide
  facts: { teamId: 'team_id', rootNamespaceId: { from: 'userinfo', path: 'root_info.root_namespace_id' } },
  apiBaseUrl: 'https://api.dropboxapi.com/2/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['account_info.read'],
  offlineAccess: { authorizationParams: { token_access_type: 'offline' } },
  profile: {
    id: 'account_id', name: 'name.display_name', givenName: 'name.given_name', familyName: 'name.surname', email: 'email',
    emailVerified: 'email_verified', picture: 'profile_photo_url', locale: 'locale',
  },
})

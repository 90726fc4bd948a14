import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Snapchat',
  docs: 'https://developers.snap.com/snap-kit/login-kit/Tutorials/web',
  color: '#fffc00',
  authorizationEndpoint: 'https://accounts.snapchat.com/accounts/oauth2/auth',
  tokenEndpoint: 'https://accounts.snapchat.com/accounts/oauth2/token',
  revocationEndpoint: 'https://accounts.snapchat.com/accounts/oauth2/revoke',
  userinfoEndpoint: 'https://kit.snapchat.com/v1/me',
  userinfoJson: { query: '{me{externalId displayName bitmoji{avatar id}}}' },
  apiBaseUrl: 'https://kit.snapchat.com/v1/',
  refreshTokens: true,
  scope: [
    'https://auth.snapchat.com/oauth2/api/user.external_id',
    'https://auth.snapchat.com/oauth2/api/user.display_name',
    'https://auth.snapchat.com/oauth2/api/user.bitmoji.avatar',
  ],
  profile: { id: 'data.me.externalId', name: 'data.me.displayName', picture: 'data.me.bitmoji.avatar' },
})

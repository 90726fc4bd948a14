import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'TikTok',
  docs: 'https://developers.tiktok.com/doc/login-kit-web/',
  color: '#000000',
  authorizationEndpoint: 'https://www.tiktok.com/v2/auth/authorize/',
  tokenEndpoint: 'https://open.tiktokapis.com/v2/oauth/token/',
  revocationEndpoint: 'https://open.tiktokapis.com/v2/oauth/revoke/',
  userinfoEndpoint: 'https://open.tiktokapis.com/v2/user/info/',
  userinfoQuery: { fields: 'open_id,union_id,avatar_url,display_name' },
  apiBaseUrl: 'https://open.tiktokapis.com/v2/',
  parameterNames: { client_id: 'client_key' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['user.info.basic'],
  scopeSeparator: ',',
  profile: { id: 'data.user.open_id', name: 'data.user.display_name', picture: 'data.user.avatar_url' },
})

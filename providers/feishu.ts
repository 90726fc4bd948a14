import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Feishu / Lark',
  docs: 'https://open.feishu.cn/document/sso/web-application-sso/web-app-overview',
  color: '#3370ff',
  parameters: { domain: { description: 'larksuite.com outside China', kind: 'host', default: 'feishu.cn' } },
  authorizationEndpoint: 'https://passport.{domain}/suite/passport/oauth/authorize',
  tokenEndpoint: 'https://passport.{domain}/suite/passport/oauth/token',
  userinfoEndpoint: 'https://passport.{domain}/suite/passport/oauth/userinfo',
  facts: { tenantKey: { from: 'userinfo', path: 'tenant_key' } },
  apiBaseUrl: 'https://open.{domain}/open-apis/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: [],
  profile: {
    id: 'union_id', username: 'user_id', name: 'name', email: 'email', picture: 'avatar_big', phoneNumber: 'mobile',
  },
})

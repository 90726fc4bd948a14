import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Baidu',
  docs: 'https://openauth.baidu.com/doc/doc.html',
  color: '#2932e1',
  authorizationEndpoint: 'https://openapi.baidu.com/oauth/2.0/authorize',
  tokenEndpoint: 'https://openapi.baidu.com/oauth/2.0/token',
  userinfoEndpoint: 'https://openapi.baidu.com/rest/2.0/passport/users/getInfo',
  apiBaseUrl: 'https://openapi.baidu.com/rest/2.0/',
  clientAuth: 'post',
  defaultTokenType: 'Bearer',
  tokenPlacement: 'query',
  refreshTokens: true,
  scope: ['basic'],
  profile: {
    // It takes the place of the userid, which is on its way out: https://openauth.baidu.com/doc/openid.html
    id: 'openid',
    username: 'username',
    // The portrait is a key of the picture, not its address: https://openauth.baidu.com/doc/doc.html
    picture: ({ portrait: key }) => typeof key === 'string' ? `https://tb.himg.baidu.com/sys/portrait/item/${key}` : undefined,
  },
})

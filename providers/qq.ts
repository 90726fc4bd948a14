import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'QQ',
  docs: 'https://wiki.connect.qq.com/',
  color: '#12b7f5',
  authorizationEndpoint: 'https://graph.qq.com/oauth2.0/authorize',
  tokenEndpoint: 'https://graph.qq.com/oauth2.0/token',
  tokenMethod: 'GET',
  tokenParams: { fmt: 'json', need_openid: '1' },
  defaultTokenType: 'Bearer',
  userinfoEndpoint: 'https://graph.qq.com/user/get_user_info',
  userinfoQuery: ({ client, response }) => ({ oauth_consumer_key: client.clientId, openid: String(response['openid']) }),
  apiBaseUrl: 'https://graph.qq.com/',
  tokenPlacement: 'query',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['get_user_info'],
  scopeSeparator: ',',
  profile: {
    id: 'openid', name: 'nickname',
    // Pictures are named by plain http, and are there by https too: https://wiki.connect.qq.com/get_user_info
    picture: ({ figureurl_qq_2: picture }) => typeof picture === 'string' ? picture.replace(/^http:/, 'https:') : undefined,
    // A person's sex is a Chinese word, where they live are two: https://wiki.connect.qq.com/get_user_info
    gender: ({ gender }) => gender === '女' ? 'female' : gender === '男' ? 'male' : undefined,
    address: ({ province: region, city: locality }) => ({ region, locality }),
  },
  hooks: {
    // The profile lacks the id, which comes with the token: https://wiki.connect.qq.com/unionid%E4%BB%8B%E7%BB%8D
    userinfo: (raw, _tokens, { response }) => ({ ...raw, openid: response['openid'] }),
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'WeChat (inside WeChat)',
  docs: 'https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html',
  color: '#07c160',
  authorizationEndpoint: 'https://open.weixin.qq.com/connect/oauth2/authorize',
  authorizationFragment: 'wechat_redirect',
  tokenEndpoint: 'https://api.weixin.qq.com/sns/oauth2/access_token',
  refreshEndpoint: 'https://api.weixin.qq.com/sns/oauth2/refresh_token',
  tokenMethod: 'GET',
  parameterNames: { client_id: 'appid', client_secret: 'secret' },
  defaultTokenType: 'Bearer',
  userinfoEndpoint: 'https://api.weixin.qq.com/sns/userinfo',
  userinfoQuery: ({ response: { openid } }) => ({ openid: String(openid), lang: 'en' }),
  apiBaseUrl: 'https://api.weixin.qq.com/sns/',
  tokenPlacement: 'query',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['snsapi_userinfo'],
  scopeSeparator: ',',
  // Only an account that belongs to the Open Platform gets a unionid as well.
  profile: { id: 'openid', name: 'nickname', picture: 'headimgurl' },
  hooks: {
    // The page opens only with its parameters in this order:
    // https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html
    authorizationRequest: ({ client_id = '', redirect_uri = '', ...others }) => ({ client_id, redirect_uri, ...others }),
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'WeChat',
  docs: 'https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html',
  color: '#07c160',
  authorizationEndpoint: 'https://open.weixin.qq.com/connect/qrconnect',
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
  scope: ['snsapi_login'],
  scopeSeparator: ',',
  // The openid is another one in each application; the unionid is the same in all of one developer.
  profile: { id: 'unionid', name: 'nickname', picture: 'headimgurl' },
  hooks: {
    // WeChat's own browser opens the page only with its parameters in this order:
    // https://github.com/ik0r/passport-weixin/issues/6
    authorizationRequest: ({ client_id = '', redirect_uri = '', ...others }) => ({ client_id, redirect_uri, ...others }),
  },
})

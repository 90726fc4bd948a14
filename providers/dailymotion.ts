import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Dailymotion',
  docs: 'https://developers.dailymotion.com/reference/authorization-code-grant-type',
  color: '#0066dc',
  authorizationEndpoint: 'https://www.dailymotion.com/oauth/authorize',
  tokenEndpoint: 'https://api.dailymotion.com/oauth/token',
  userinfoEndpoint: 'https://api.dailymotion.com/user/me',
  userinfoQuery: { fields: 'id,username,screenname,fullname,first_name,last_name,email,avatar_240_url,url,language,gender' },
  apiBaseUrl: 'https://api.dailymotion.com/',
  clientAuth: 'post',
  defaultTokenType: 'Bearer',
  refreshTokens: true,
  scope: ['userinfo', 'email'],
  profile: {
    id: 'id', username: 'username', name: 'fullname', givenName: 'first_name', familyName: 'last_name', nickname: 'screenname',
    email: 'email', picture: 'avatar_240_url', profileUrl: 'url', gender: 'gender', locale: 'language',
  },
})

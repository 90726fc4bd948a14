import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Weibo',
  docs: 'https://open.weibo.com/wiki/Oauth2/access_token',
  color: '#e6162d',
  authorizationEndpoint: 'https://api.weibo.com/oauth2/authorize',
  tokenEndpoint: 'https://api.weibo.com/oauth2/access_token',
  defaultTokenType: 'Bearer',
  userinfoEndpoint: 'https://api.weibo.com/2/users/show.json',
  userinfoQuery: ({ response: { uid } }) => ({ uid: String(uid) }),
  apiBaseUrl: 'https://api.weibo.com/2/',
  tokenPlacement: 'query',
  clientAuth: 'post',
  refreshTokens: false,
  scope: [],
  scopeSeparator: ',',
  profile: {
    id: 'idstr', username: 'screen_name', name: 'name', picture: 'avatar_large', locale: 'lang', gender,
    // The address is given without its host: https://open.weibo.com/wiki/2/users/show/en
    profileUrl: ({ profile_url: path }) => typeof path === 'string' ? `https://weibo.com/${path}` : undefined,
  },
})

// m, f, or n for not known: https://open.weibo.com/wiki/2/users/show/en
function gender({ gender: letter }: RawProfile): string | undefined {
  return letter === 'f' ? 'female' : letter === 'm' ? 'male' : undefined
}

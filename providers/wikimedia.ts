import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Wikimedia',
  docs: 'https://www.mediawiki.org/wiki/OAuth/For_Developers',
  color: '#006699',
  parameters: {
    rest: { description: 'REST address of another wiki', kind: 'address', default: 'meta.wikimedia.org/w/rest.php' },
    // Who does not say how to be reached may be blocked:
    // https://foundation.wikimedia.org/wiki/Policy:Wikimedia_Foundation_User-Agent_Policy
    userAgent: { description: 'Name and contact of the application', kind: 'text', default: 'authrouter' },
  },
  authorizationEndpoint: 'https://{rest}/oauth2/authorize',
  tokenEndpoint: 'https://{rest}/oauth2/access_token',
  userinfoEndpoint: 'https://{rest}/oauth2/resource/profile',
  apiBaseUrl: 'https://{rest}/',
  apiHeaders: { 'user-agent': '{userAgent}' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: [],
  profile: { id: 'sub', username: 'username', name: 'realname', email: 'email', emailVerified: 'confirmed_email' },
})

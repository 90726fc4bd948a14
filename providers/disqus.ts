import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Disqus',
  docs: 'https://disqus.com/api/docs/auth/',
  color: '#2e9fff',
  authorizationEndpoint: 'https://disqus.com/api/oauth/2.0/authorize/',
  tokenEndpoint: 'https://disqus.com/api/oauth/2.0/access_token/',
  userinfoEndpoint: 'https://disqus.com/api/3.0/users/details.json',
  apiBaseUrl: 'https://disqus.com/api/3.0/',
  tokenPlacement: 'query',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['read', 'email'],
  scopeSeparator: ',',
  profile: {
    id: 'response.id', username: 'response.username', name: 'response.name', email: 'response.email',
    picture: 'response.avatar.permalink', profileUrl: 'response.profileUrl',
  },
  hooks: {
    // Every call names the application, and from a server proves it, beside the token: https://disqus.com/api/docs/requests/
    apiRequest(request, _tokens, { clientId, clientSecret }) {
      const url = new URL(request.url)
      url.searchParams.set('api_key', clientId)
      if (clientSecret !== undefined) url.searchParams.set('api_secret', clientSecret)
      return { ...request, url: url.href }
    },
  },
})

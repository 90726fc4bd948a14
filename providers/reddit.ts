import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Reddit',
  docs: 'https://github.com/reddit-archive/reddit/wiki/OAuth2',
  color: '#ff4500',
  parameters: {
    userAgent: { description: 'Such as "web:com.example.app:v1 (by /u/ada)"', kind: 'text', default: 'web:authrouter:v1' },
  },
  authorizationEndpoint: 'https://www.reddit.com/api/v1/authorize',
  tokenEndpoint: 'https://www.reddit.com/api/v1/access_token',
  revocationEndpoint: 'https://www.reddit.com/api/v1/revoke_token',
  userinfoEndpoint: 'https://oauth.reddit.com/api/v1/me',
  apiBaseUrl: 'https://oauth.reddit.com/',
  // https://www.reddit.com/dev/api/#listings
  pagination: { cursor: 'data.after', parameter: 'after' },
  // A User-Agent that does not describe the application is slowed down: https://github.com/reddit-archive/reddit/wiki/API
  apiHeaders: { 'user-agent': '{userAgent}' },
  refreshTokens: true,
  scope: ['identity'],
  offlineAccess: { authorizationParams: { duration: 'permanent' } },
  profile: {
    id: 'id', username: 'name', name: 'subreddit.title',
    // Text of the API is escaped for HTML: https://www.reddit.com/dev/api/#response_body_encoding
    picture: ({ icon_img: icon }) => typeof icon === 'string' ? icon.replaceAll('&amp;', '&') : undefined,
    profileUrl: ({ name }) => typeof name === 'string' ? `https://www.reddit.com/user/${name}` : undefined,
  },
})

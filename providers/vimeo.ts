import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Vimeo',
  docs: 'https://developer.vimeo.com/api/authentication',
  color: '#1ab7ea',
  authorizationEndpoint: 'https://api.vimeo.com/oauth/authorize',
  tokenEndpoint: 'https://api.vimeo.com/oauth/access_token',
  userinfoEndpoint: 'https://api.vimeo.com/me',
  apiBaseUrl: 'https://api.vimeo.com/',
  // https://developer.vimeo.com/api/common-formats
  pagination: { next: 'paging.next' },
  apiHeaders: { accept: 'application/vnd.vimeo.*+json;version=3.4' },
  refreshTokens: false,
  scope: ['public'],
  profile: {
    // A person has no id of its own, only an address such as /users/123: https://developer.vimeo.com/api/reference/users
    id: ({ uri }) => lastSegment(uri),
    username: ({ link }) => lastSegment(link),
    name: 'name', picture: 'pictures.base_link', profileUrl: 'link',
  },
})

function lastSegment(address: unknown): string | undefined {
  return typeof address === 'string' ? /\/([^/]+)$/.exec(address)?.[1] : undefined
}

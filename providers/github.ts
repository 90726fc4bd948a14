import { defineProvider, type RawProfile } from '../lib/types.js'

// The API has a host of its own, but on an Enterprise Server it is a path:
// https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api
const api = (path: string) => ({ host = '' }: Record<string, string>): string =>
  host === 'github.com' || host.endsWith('.ghe.com') ? `https://api.${host}/${path}` : `https://${host}/api/v3/${path}`

export default defineProvider({
  protocol: 'oauth2',
  title: 'GitHub',
  docs: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
  color: '#24292f',
  parameters: { host: { description: 'Host of an Enterprise Server or of ghe.com', kind: 'host', default: 'github.com' } },
  authorizationEndpoint: 'https://{host}/login/oauth/authorize',
  authorizationResponseIssuer: 'https://{host}/login/oauth',
  tokenEndpoint: 'https://{host}/login/oauth/access_token',
  userinfoEndpoint: api('user'),
  extraRequests: { emails: (_profile, { client: { parameters = {} } }) => api('user/emails')(parameters) },
  apiBaseUrl: api(''),
  apiHeaders: { accept: 'application/vnd.github+json' },
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['read:user', 'user:email'],
  profile: {
    id: 'id', username: 'login', name: 'name', picture: 'avatar_url', profileUrl: 'html_url',
    email: primaryOrPublicAddress,
    emailVerified: 'emails[primary=true].verified',
  },
})

// The profile has the public address only, which is often absent; the list says which one is primary, and verified:
// https://docs.github.com/en/rest/users/emails#list-email-addresses-for-the-authenticated-user
function primaryOrPublicAddress({ emails, email }: RawProfile): unknown {
  const list = (Array.isArray(emails) ? emails : []) as ({ email?: unknown; primary?: unknown } | null)[]
  return list.find((entry) => entry?.primary === true)?.email ?? email
}

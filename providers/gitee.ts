import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Gitee',
  docs: 'https://gitee.com/api/v5/oauth_doc',
  color: '#c71d23',
  authorizationEndpoint: 'https://gitee.com/oauth/authorize',
  tokenEndpoint: 'https://gitee.com/oauth/token',
  userinfoEndpoint: 'https://gitee.com/api/v5/user',
  extraRequests: { emails: 'https://gitee.com/api/v5/emails' },
  apiBaseUrl: 'https://gitee.com/api/v5/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['user_info', 'emails'],
  profile: {
    id: 'id', username: 'login', name: 'name', picture: 'avatar_url', profileUrl: 'html_url',
    email: (raw) => primary(raw)?.email ?? raw['email'],
    emailVerified: (raw) => primary(raw)?.state === 'confirmed',
  },
})

interface Entry { email?: unknown; state?: unknown; scope?: unknown }

// The list says of each address what it is for, and whether it is confirmed: https://gitee.com/api/v5/swagger#/getV5Emails
function primary({ emails }: RawProfile): Entry | undefined {
  const list = (Array.isArray(emails) ? emails : []) as (Entry | null)[]
  return list.find((entry) => Array.isArray(entry?.scope) && entry.scope.includes('primary')) ?? undefined
}

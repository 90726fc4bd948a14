import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Pipedrive',
  docs: 'https://pipedrive.readme.io/docs/marketplace-oauth-authorization',
  color: '#017737',
  authorizationEndpoint: 'https://oauth.pipedrive.com/oauth/authorize',
  tokenEndpoint: 'https://oauth.pipedrive.com/oauth/token',
  revocationEndpoint: 'https://oauth.pipedrive.com/oauth/revoke',
  userinfoEndpoint: 'https://api.pipedrive.com/v1/users/me',
  // The token answer names the company's own host: https://pipedrive.readme.io/docs/marketplace-oauth-authorization
  facts: { apiDomain: { path: 'api_domain', hosts: ['*.pipedrive.com'] }, companyId: { from: 'userinfo', path: 'data.company_id' } },
  apiBaseUrl: ({ apiDomain }) => (apiDomain === undefined ? 'https://api.pipedrive.com/v1/' : `${apiDomain}/api/v1/`),
  refreshTokens: true,
  scope: ['base'],
  profile: {
    id, name: 'data.name', email: 'data.email', picture: 'data.icon_url', locale: 'data.locale', zoneinfo: 'data.timezone_name',
    phoneNumber: 'data.phone',
  },
})

// Only company and user together are said to be unique: https://pipedrive.readme.io/docs/marketplace-getting-user-data
function id({ data }: RawProfile): unknown {
  const { company_id: company, id: user } = (data ?? {}) as { company_id?: unknown; id?: unknown }
  return typeof company === 'number' && typeof user === 'number' ? `${company}-${user}` : undefined
}

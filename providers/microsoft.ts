import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Microsoft',
  docs: 'https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc',
  color: '#0078d4',
  parameters: { tenant: { description: 'Id or domain, common, organizations or consumers', kind: 'segment', default: 'common' } },
  issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
  apiBaseUrl: 'https://graph.microsoft.com/v1.0/',
  // https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
  facts: { tenantId: { from: 'id_token', path: 'tid' } },
  // https://learn.microsoft.com/en-us/graph/paging
  pagination: { next: '["@odata.nextLink"]' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['offline_access'] },
  profile: {
    // Any tenant can set any address; this optional claim says that the owner of its domain was checked:
    // https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
    emailVerified: 'xms_edov',
    // The picture's address answers only to the access token: https://learn.microsoft.com/en-us/entra/identity-platform/userinfo
    picture: () => undefined,
  },
})

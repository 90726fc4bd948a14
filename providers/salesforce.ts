import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Salesforce',
  docs: 'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm',
  color: '#00a1e0',
  parameters: {
    domain: {
      description: 'My Domain, or test.salesforce.com for sandboxes', kind: 'host', default: 'login.salesforce.com',
      pattern: /(login|test)\.salesforce\.com|[a-z0-9-]+(\.(sandbox|develop|scratch|demo|patch|trailblaze|free))?\.my\.salesforce\.com/,
    },
  },
  issuer: 'https://{domain}',
  revocationEndpoint: 'https://{domain}/services/oauth2/revoke',
  // The token answer says where the organization's API is:
  // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm
  facts: {
    organizationId: { from: 'userinfo', path: 'organization_id' },
    instanceUrl: {
      path: 'instance_url',
      hosts: ['*.salesforce.com', '*.my.salesforce.mil', '*.my.salesforce-sites.com', '*.my.site.com', '*.cloudforce.com'],
    },
  },
  apiBaseUrl: ({ domain = '', instanceUrl = `https://${domain}` }) => `${instanceUrl}/services/`,
  // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
  pagination: { next: 'nextRecordsUrl' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  offlineAccess: { scope: ['refresh_token'] },
  profile: {
    // The picture's address answers only to the access token:
    // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_using_userinfo_endpoint.htm
    picture: () => undefined,
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'ORCID',
  docs: 'https://info.orcid.org/documentation/api-tutorials/api-tutorial-get-and-authenticated-orcid-id/',
  color: '#a6ce39',
  parameters: { host: { description: 'orcid.org or sandbox.orcid.org', kind: 'host', default: 'orcid.org' } },
  issuer: 'https://{host}',
  apiBaseUrl: 'https://pub.{host}/v3.0/',
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid'],
  profile: {
    // An iD is shown as an address: https://support.orcid.org/hc/en-us/articles/360006897674-Structure-of-the-ORCID-Identifier
    profileUrl: ({ iss, sub }) => typeof iss === 'string' && typeof sub === 'string' ? `${iss}/${sub}` : undefined,
    // No claim speaks of addresses: https://github.com/ORCID/ORCID-Source/blob/main/orcid-web/ORCID_AUTH_WITH_OPENID_CONNECT.md
    emailVerified: () => undefined,
  },
})

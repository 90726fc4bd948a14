import { defineProvider } from '../lib/types.js'

// `audience` is the AUD tag of the application in Access:
// https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
export default defineProvider({
  protocol: 'header-jwt',
  title: 'Cloudflare Access',
  docs: 'https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/',
  color: '#f38020',
  parameters: { team: { description: 'Team name of the Zero Trust organization', kind: 'segment', example: 'acme' } },
  // Service tokens come with an empty sub, and are nobody: https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/application-token/
  header: 'cf-access-jwt-assertion',
  issuer: 'https://{team}.cloudflareaccess.com',
  jwksUri: 'https://{team}.cloudflareaccess.com/cdn-cgi/access/certs',
  idTokenAlgs: ['RS256'],
  // https://developers.cloudflare.com/cloudflare-one/identity/users/session-management/
  endSessionEndpoint: '/cdn-cgi/access/logout',
  refreshTokens: false,
})

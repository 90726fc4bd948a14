import { defineProvider } from '../lib/types.js'

// With jwt_issuer_format: uri, set `issuer` to 'https://<host>/': https://www.pomerium.com/docs/reference/routes/jwt-issuer-format
export default defineProvider({
  protocol: 'header-jwt',
  title: 'Pomerium',
  docs: 'https://www.pomerium.com/docs/capabilities/getting-users-identity',
  color: '#6f43e7',
  parameters: { host: { description: 'Host of the route, where users open the application', kind: 'host', example: 'app.example.com' } },
  // The claims that jwt_claims_headers copies into headers of their own are not signed there, and never read.
  header: 'x-pomerium-jwt-assertion',
  issuer: '{host}',
  audience: '{host}',
  jwksUri: 'https://{host}/.well-known/pomerium/jwks.json',
  idTokenAlgs: ['ES256'],
  // https://www.pomerium.com/docs/internals/special-routes
  endSessionEndpoint: '/.pomerium/sign_out',
  refreshTokens: false,
})

import { defineProvider } from '../lib/types.js'

// `audience` is the application's: '/projects/<number>/apps/<project id>' on App Engine,
// '/projects/<number>/global/backendServices/<id>' behind a load balancer, '/projects/<number>/locations/<region>/services/<name>' on Cloud Run:
// https://cloud.google.com/iap/docs/signed-headers-howto#verifying_the_jwt_payload
export default defineProvider({
  protocol: 'header-jwt',
  title: 'Google Cloud IAP',
  docs: 'https://cloud.google.com/iap/docs/signed-headers-howto',
  color: '#4285f4',
  // The x-goog-authenticated-user-* headers beside it are not signed, and never read.
  header: 'x-goog-iap-jwt-assertion',
  issuer: 'https://cloud.google.com/iap',
  jwksUri: 'https://www.gstatic.com/iap/verify/public_key-jwk',
  idTokenAlgs: ['ES256'],
  // https://cloud.google.com/iap/docs/special-urls-and-headers-howto
  endSessionEndpoint: '/_gcp_iap/clear_login_cookie',
  refreshTokens: false,
  profile: {
    // Access is given by the address of the Google account; that of an external identity is its provider's word: https://cloud.google.com/iap/docs/external-identities
    emailVerified: ({ sub }) => typeof sub === 'string' && sub.startsWith('accounts.google.com:'),
  },
})

import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'WorkOS',
  docs: 'https://workos.com/docs/reference/sso',
  color: '#6363f1',
  parameters: {
    connection: { description: 'Id of a connection, if not organization or identityProvider', kind: 'segment', default: '' },
    organization: { description: 'Id of an organization', kind: 'segment', default: '' },
    identityProvider: { description: 'What WorkOS calls provider, such as GoogleOAuth', kind: 'segment', default: '' },
  },
  authorizationEndpoint: 'https://api.workos.com/sso/authorize',
  tokenEndpoint: 'https://api.workos.com/sso/token',
  defaultTokenType: 'Bearer',
  userinfoEndpoint: 'https://api.workos.com/sso/profile',
  apiBaseUrl: 'https://api.workos.com/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: [],
  authorizationParams: { connection: '{connection}', organization: '{organization}', provider: '{identityProvider}' },
  profile: { id: 'id', givenName: 'first_name', familyName: 'last_name', email: 'email', picture: 'raw_attributes.picture' },
  hooks: {
    // Exactly one of the three is sent: https://workos.com/docs/reference/sso/get-authorization-url
    authorizationRequest: (parameters) => Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== '')),
  },
})

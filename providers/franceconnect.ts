import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'FranceConnect',
  docs: 'https://docs.partenaires.franceconnect.gouv.fr/fs/',
  color: '#000091',
  parameters: {
    host: { description: 'fcp-low.integ01.dev-franceconnect.fr for tests', kind: 'host', default: 'oidc.franceconnect.gouv.fr' },
  },
  issuer: 'https://{host}/api/v2',
  apiBaseUrl: 'https://{host}/api/v2/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['openid', 'given_name', 'family_name', 'email'],
  acrValues: ['eidas1'],
  // A parameter that it does not know is refused, and it does not know the code challenge:
  // https://github.com/france-connect/sources/blob/main/back/apps/core-fcp/src/dto/authorize-params.dto.ts
  pkce: false,
  profile: {
    // preferred_username is the family name in use, such as a married one, and no user name:
    // https://docs.partenaires.franceconnect.gouv.fr/fs/fs-technique/fs-technique-scope-fc/
    username: () => undefined,
    // The address is what the person's identity provider says of it, and nobody vouches for it: as above.
    emailVerified: () => undefined,
  },
})

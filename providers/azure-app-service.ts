import { defineProvider } from '../lib/types.js'

// `audience` is the application's id in Entra ID. Entra ID signs this header; x-ms-client-principal and the others beside it are not signed, and
// never read: https://learn.microsoft.com/en-us/azure/app-service/configure-authentication-oauth-tokens
export default defineProvider({
  protocol: 'header-jwt',
  title: 'Azure App Service',
  docs: 'https://learn.microsoft.com/en-us/azure/app-service/configure-authentication-oauth-tokens',
  color: '#0078d4',
  parameters: {
    tenant: { description: 'Id of the tenant', kind: 'segment', example: '9188040d-6c67-4c5b-b112-36a304b66dad' },
  },
  header: 'x-ms-token-aad-id-token',
  issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
  jwksUri: 'https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys',
  idTokenAlgs: ['RS256'],
  // https://learn.microsoft.com/en-us/azure/app-service/configure-authentication-customize-sign-in-out
  endSessionEndpoint: '/.auth/logout',
  refreshTokens: false,
  // Any tenant can set any address: https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
  profile: { emailVerified: 'xms_edov' },
})

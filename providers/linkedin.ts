import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'LinkedIn',
  docs: 'https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2',
  color: '#0a66c2',
  issuer: 'https://www.linkedin.com/oauth',
  apiBaseUrl: 'https://api.linkedin.com/v2/',
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['openid', 'profile', 'email'],
  // PKCE is for native applications only:
  // https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow-native
  pkce: false,
  // ID Tokens hold no nonce: https://github.com/linkedin-developers/linkedin-api-js-client/issues/34
  nonce: false,
  profile: { locale: languageTag },
})

// The locale is an object at the userinfo endpoint, and text in the ID Token:
// https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2#response-body-schema
function languageTag({ locale }: RawProfile): unknown {
  if (typeof locale !== 'object' || locale === null) return locale
  const { language, country } = locale as { language?: unknown; country?: unknown }
  return [language, country].filter((part) => typeof part === 'string').join('-')
}

import { defineProvider, type RawProfile } from '../lib/types.js'

// In doubt: the City Guide closed in December 2024, and the documentation speaks no more of signing in at these addresses.
export default defineProvider({
  protocol: 'oauth2',
  title: 'Foursquare',
  docs: 'https://docs.foursquare.com/developer/reference/authentication',
  color: '#f94877',
  authorizationEndpoint: 'https://foursquare.com/oauth2/authenticate',
  tokenEndpoint: 'https://foursquare.com/oauth2/access_token',
  defaultTokenType: 'Bearer',
  userinfoEndpoint: 'https://api.foursquare.com/v2/users/self',
  userinfoQuery: { v: '20230131', m: 'foursquare' },
  apiBaseUrl: 'https://api.foursquare.com/v2/',
  tokenPlacement: 'query',
  tokenParameter: 'oauth_token',
  clientAuth: 'post',
  refreshTokens: false,
  scope: [],
  profile: {
    id: 'response.user.id', givenName: 'response.user.firstName', familyName: 'response.user.lastName', picture,
    email: 'response.user.contact.email', phoneNumber: 'response.user.contact.phone', profileUrl: 'response.user.canonicalUrl',
    gender: 'response.user.gender',
  },
})

// A photo comes in two halves, with its size between them: https://docs.foursquare.com/developer/reference/photos
function picture({ response }: RawProfile): string | undefined {
  const { photo } = (response as { user?: { photo?: { prefix?: unknown; suffix?: unknown } } } | undefined)?.user ?? {}
  const { prefix, suffix } = photo ?? {}
  return typeof prefix === 'string' && typeof suffix === 'string' ? `${prefix}original${suffix}` : undefined
}

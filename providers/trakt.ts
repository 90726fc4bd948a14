import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Trakt',
  docs: 'https://trakt.docs.apiary.io/#reference/authentication-oauth',
  color: '#ed1c24',
  authorizationEndpoint: 'https://trakt.tv/oauth/authorize',
  tokenEndpoint: 'https://api.trakt.tv/oauth/token',
  tokenBodyFormat: 'json',
  // The settings name the person by a UUID; what other calls give follows the username:
  // https://trakt.docs.apiary.io/#reference/users/settings/retrieve-settings
  userinfoEndpoint: 'https://api.trakt.tv/users/settings',
  apiBaseUrl: 'https://api.trakt.tv/',
  apiHeaders: { 'trakt-api-version': '2' },
  clientAuth: 'post',
  refreshTokens: true,
  profile: {
    id: 'user.ids.uuid', username: 'user.username', name: 'user.name', picture: 'user.images.avatar.full', gender: 'user.gender',
    zoneinfo: 'account.timezone', profileUrl,
  },
  hooks: {
    // Every call names the application: https://trakt.docs.apiary.io/#introduction/required-headers
    apiRequest: (request, _tokens, { clientId }) => ({ ...request, headers: { ...request.headers, 'trakt-api-key': clientId } }),
  },
})

function profileUrl({ user }: RawProfile): string | undefined {
  const slug = (user as { ids?: { slug?: unknown } | null } | null | undefined)?.ids?.slug
  return typeof slug === 'string' ? `https://trakt.tv/users/${slug}` : undefined
}

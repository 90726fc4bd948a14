import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Google',
  docs: 'https://developers.google.com/identity/openid-connect/openid-connect',
  color: '#4285f4',
  issuer: 'https://accounts.google.com',
  apiBaseUrl: 'https://www.googleapis.com/',
  // https://google.aip.dev/158
  pagination: { cursor: 'nextPageToken', parameter: 'pageToken' },
  clientAuth: 'post',
  refreshTokens: true,
  scope: ['openid', 'profile', 'email'],
  // A refresh token has a parameter instead of a scope, and comes again only when consent is asked for again:
  // https://developers.google.com/identity/protocols/oauth2/web-server#offline
  offlineAccess: { authorizationParams: { access_type: 'offline', prompt: 'consent' } },
  profile: { emailVerified },
})

// Google answers for Gmail and Workspace addresses; another address was confirmed once and may have a new owner since:
// https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
function emailVerified({ email, email_verified: confirmed, hd: workspace }: RawProfile): unknown {
  const isGmail = typeof email === 'string' && /@gmail\.com$/i.test(email)
  return (isGmail || Boolean(workspace)) && confirmed
}

import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oidc',
  title: 'Slack',
  docs: 'https://docs.slack.dev/authentication/sign-in-with-slack/',
  color: '#4a154b',
  issuer: 'https://slack.com',
  apiBaseUrl: 'https://slack.com/api/',
  // https://api.slack.com/apis/pagination
  pagination: { cursor: 'response_metadata.next_cursor', parameter: 'cursor' },
  clientAuth: 'post',
  refreshTokens: false,
  scope: ['openid', 'profile', 'email'],
  // PKCE has to be switched on for an application, which makes it a public client, and is for the other token endpoint:
  // https://docs.slack.dev/authentication/using-pkce
  pkce: false,
  profile: { id: idWithWorkspace },
})

// A user's id is unique in its workspace only: https://docs.slack.dev/reference/objects/user-object
function idWithWorkspace({ sub: user, 'https://slack.com/team_id': team }: RawProfile): string | undefined {
  return typeof user === 'string' && typeof team === 'string' ? `${team}-${user}` : undefined
}

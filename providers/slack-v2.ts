import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Slack (OAuth v2)',
  docs: 'https://docs.slack.dev/authentication/installing-with-oauth',
  color: '#4a154b',
  authorizationEndpoint: 'https://slack.com/oauth/v2/authorize',
  tokenEndpoint: 'https://slack.com/api/oauth.v2.access',
  userinfoEndpoint: 'https://slack.com/api/users.identity',
  facts: { teamId: 'team.id', enterpriseId: 'enterprise.id', botUserId: 'bot_user_id' },
  apiBaseUrl: 'https://slack.com/api/',
  // https://api.slack.com/apis/pagination
  pagination: { cursor: 'response_metadata.next_cursor', parameter: 'cursor' },
  clientAuth: 'post',
  refreshTokens: true,
  parameterNames: { scope: 'user_scope' },
  scope: ['identity.basic', 'identity.email', 'identity.avatar'],
  scopeSeparator: ',',
  // PKCE has to be switched on for an application, which makes it a public client:
  // https://docs.slack.dev/authentication/using-pkce
  pkce: false,
  profile: { id: idWithWorkspace, name: 'user.name', email: 'user.email', picture: 'user.image_192' },
  hooks: {
    // The person's token stands beside the bot's, and its type is user:
    // https://docs.slack.dev/reference/methods/oauth.v2.access
    tokenResponse: ({ authed_user: user, ...body }) => ({ ...body, ...(user as object | undefined), token_type: 'Bearer' }),
  },
})

// A user's id is unique in its workspace only: https://docs.slack.dev/reference/objects/user-object
function idWithWorkspace(raw: RawProfile): string | undefined {
  const [user, team] = [raw['user'], raw['team']].map((part) => (part as { id?: unknown } | null | undefined)?.id)
  return typeof user === 'string' && typeof team === 'string' ? `${team}-${user}` : undefined
}

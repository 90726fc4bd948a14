import { defineProvider } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Notion',
  docs: 'https://developers.notion.com/docs/authorization',
  color: '#191919',
  authorizationEndpoint: 'https://api.notion.com/v1/oauth/authorize',
  authorizationParams: { owner: 'user' },
  tokenEndpoint: 'https://api.notion.com/v1/oauth/token',
  tokenBodyFormat: 'json',
  userinfoEndpoint: 'https://api.notion.com/v1/users/me',
  facts: { workspaceId: 'workspace_id', workspaceName: 'workspace_name', botId: 'bot_id' },
  apiBaseUrl: 'https://api.notion.com/v1/',
  // https://developers.notion.com/reference/intro#pagination
  pagination: { cursor: 'next_cursor', parameter: 'start_cursor' },
  apiHeaders: { 'notion-version': '2022-06-28' },
  refreshTokens: true,
  scope: [],
  // The token belongs to a bot, whose owner is the person: https://developers.notion.com/reference/get-self
  profile: {
    id: 'bot.owner.user.id', name: 'bot.owner.user.name', email: 'bot.owner.user.person.email',
    picture: 'bot.owner.user.avatar_url',
  },
})

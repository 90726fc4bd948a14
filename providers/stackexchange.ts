import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth2',
  title: 'Stack Exchange',
  docs: 'https://api.stackexchange.com/docs/authentication',
  color: '#f48024',
  parameters: {
    appKey: { description: 'Request key of the application, beside its id and secret', kind: 'text' },
    site: { description: 'Site of the network whose profile is read', kind: 'text', default: 'stackoverflow' },
  },
  authorizationEndpoint: 'https://stackoverflow.com/oauth',
  tokenEndpoint: 'https://stackoverflow.com/oauth/access_token/json',
  defaultTokenType: 'Bearer',
  userinfoEndpoint: 'https://api.stackexchange.com/2.3/me',
  userinfoQuery: { site: '{site}' },
  apiBaseUrl: 'https://api.stackexchange.com/2.3/',
  tokenPlacement: 'query',
  clientAuth: 'post',
  refreshTokens: false,
  profile: { id: 'account_id', name: displayName, picture: 'profile_image', profileUrl: 'link' },
  hooks: {
    // Every call names the application: https://api.stackexchange.com/docs/authentication
    apiRequest(request, _tokens, { parameters: { appKey = '' } = {} }) {
      const url = new URL(request.url)
      url.searchParams.set('key', appKey)
      return { ...request, url: url.href }
    },
    // The lifetime is named expires: https://api.stackexchange.com/docs/authentication#explicit
    tokenResponse: ({ expires, ...body }) => ({ expires_in: expires, ...body }),
    // Every answer is a list: https://api.stackexchange.com/docs/wrapper
    userinfo: ({ items }) => (Array.isArray(items) ? items[0] as RawProfile | undefined : undefined) ?? {},
  },
})

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }

// Names come encoded for HTML: https://api.stackexchange.com/docs/filters
function displayName({ display_name: name }: RawProfile): unknown {
  if (typeof name !== 'string') return undefined
  return name.replace(/&(?:#(\d{1,6})|(\w+));/g, (text, code: string | undefined, entity: string) =>
    code === undefined ? entities[entity] ?? text : String.fromCodePoint(Number(code)))
}

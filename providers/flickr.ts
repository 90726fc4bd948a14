import { defineProvider, type RawProfile } from '../lib/types.js'

export default defineProvider({
  protocol: 'oauth1',
  title: 'Flickr',
  docs: 'https://www.flickr.com/services/api/auth.oauth.html',
  color: '#0063dc',
  requestTokenEndpoint: 'https://www.flickr.com/services/oauth/request_token',
  authorizationEndpoint: 'https://www.flickr.com/services/oauth/authorize',
  authorizationParams: { perms: 'read' },
  accessTokenEndpoint: 'https://www.flickr.com/services/oauth/access_token',
  userinfoEndpoint: 'https://api.flickr.com/services/rest/',
  // The token answer says whose tokens these are: https://www.flickr.com/services/api/flickr.people.getInfo.html
  userinfoQuery: ({ client: { clientId }, response: { user_nsid: id } }) =>
    ({ method: 'flickr.people.getInfo', user_id: String(id), api_key: clientId, format: 'json', nojsoncallback: '1' }),
  apiBaseUrl: 'https://api.flickr.com/services/rest/',
  signatureMethod: 'HMAC-SHA1',
  profile: {
    id: 'person.nsid', username: 'person.username._content', name: 'person.realname._content',
    profileUrl: 'person.profileurl._content', zoneinfo: 'person.timezone.timezone_id', picture,
  },
})

// Icons have an address by server and id; server 0 means that there is none:
// https://www.flickr.com/services/api/misc.buddyicons.html
function picture({ person }: RawProfile): string | undefined {
  const { iconfarm: farm, iconserver: server, nsid } = (person ?? {}) as Record<string, unknown>
  if (!(Number(server) > 0)) return undefined
  return `https://farm${String(farm)}.staticflickr.com/${String(server)}/buddyicons/${String(nsid)}.jpg`
}

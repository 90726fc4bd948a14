import { describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../lib/config/resolveConfig.js'
import type { Provider } from '../../lib/types.js'
import { catalogue, retired } from '../../providers/index.js'

/** Names that a newcomer coming from elsewhere will try: each is an entry, or an answer that says what to use. */

const asked = (
  'bitbucket flickr meetup plurk persona twitter tumblr ubuntuone vimeo xero yahoo xing amazon behance bitly cosm '
  + 'deviantart eventbrite facebook foursquare github google linkedin microsoft windowslive paypal reddit viadeo vk yammer '
  + 'yandex'
).split(' ')

const register = (name: string): unknown =>
  resolveConfig({ providers: { [name]: { clientId: 'a', clientSecret: 'b' } } }, { catalogue, retired, env: {}, warn: () => undefined })

test.each(asked)('%s is answered', (name) => {
  if (Object.hasOwn(catalogue, name)) expect(register(name)).toBeDefined()
  else expect(() => register(name)).toThrow(retired[name])
})

describe.each(Object.entries(retired))('the retired name %s', (name, sentence) => {
  test('is no entry, and names only entries that can be signed in with', () => {
    expect(Object.hasOwn(catalogue, name)).toBe(false)
    const quoted = [...sentence.matchAll(/'([a-z0-9-]+)'/g)]
      .map(([, word = '']) => word)
      .filter((word) => !['oidc', 'oauth1', 'oauth2', 'consumers'].includes(word))
    const works = (word: string): boolean =>
      Object.hasOwn(catalogue, word) && (catalogue as Record<string, Provider>)[word]?.protocol !== 'openid2'
    expect(quoted.filter((word) => !works(word))).toEqual([])
    expect(() => register(name)).toThrow(sentence)
  })
})

test('Windows Live leads to Microsoft, with the tenant to write', () => {
  expect(() => register('windowslive')).toThrow(/use 'microsoft' with tenant: 'consumers'/)
})

test.each(['steam', 'ubuntu', 'launchpad', 'openid'])('%s is known, and its protocol said not to be spoken yet', (name) => {
  expect(() => register(name)).toThrow(/OpenID 2\.0, which this version does not/)
})

test('there are more than 150 that can be signed in with', () => {
  expect(Object.values(catalogue).filter(({ protocol }) => (protocol as string) !== 'openid2').length).toBeGreaterThan(150)
})

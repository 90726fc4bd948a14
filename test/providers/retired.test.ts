import { describe, expect, test } from '@jest/globals'
import { resolveConfig } from '../../lib/config/resolveConfig.js'
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
    expect(quoted.filter((word) => !Object.hasOwn(catalogue, word))).toEqual([])
    expect(() => register(name)).toThrow(sentence)
  })
})

test('Windows Live leads to Microsoft, with the tenant to write', () => {
  expect(() => register('windowslive')).toThrow(/use 'microsoft' with tenant: 'consumers'/)
})

test('there are more than 150 that can be signed in with', () => {
  expect(Object.keys(catalogue).length).toBeGreaterThan(150)
})

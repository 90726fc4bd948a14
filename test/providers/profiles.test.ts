import { describe, expect, test } from '@jest/globals'
import { isObject } from '../../lib/base/json.js'
import { readTokenResponse } from '../../lib/tokens/tokens.js'
import type { Provider, RawProfile } from '../../lib/types.js'
import { catalogue } from '../../providers/index.js'
import { completeMap, mergedProfile, now, readFixture, responseOf, userOf } from './fixtures.js'

const entries: [string, Provider][] = Object.entries(catalogue)

const loggedInAt = new Date(now).toISOString()

/** What is left of an answer that says nothing but who it is. */
function onlyId(answer: RawProfile, id: string): RawProfile {
  const left = Object.entries(answer).map(([name, value]): [string, unknown] => [name, isObject(value) ? onlyId(value, id) : value])
  return Object.fromEntries(left.filter(([, value]) => (isObject(value) ? Object.keys(value).length > 0 : String(value) === id)))
}

describe.each(entries)('%s', (slug, provider) => {
  test('makes the expected user of its documented answers', () => {
    const fixture = readFixture(slug)

    expect(userOf(slug, provider, fixture)).toEqual({ ...fixture.user, raw: mergedProfile(provider, fixture), loggedInAt })
  })

  test('gives a user with an id even when it says nothing else', () => {
    // An id that is made from something else has a test of its own.
    if (typeof completeMap(provider).id !== 'string' || provider.hooks?.userinfo || provider.userinfoEndpoint === undefined) return
    const { claims, userinfo, user, ...fixture } = readFixture(slug)
    const only = (answer: RawProfile): RawProfile => onlyId(answer, user.id)
    const bare = {
      ...fixture,
      user,
      ...(userinfo ? { userinfo: only(userinfo) } : {}),
      ...(claims ? { claims: only(claims) } : {}),
      extraRequests: {},
    }

    expect(userOf(slug, provider, bare)).toEqual({
      provider: slug,
      id: user.id,
      key: `${slug}$${user.id}`,
      name: user.id,
      roles: [],
      loggedInAt,
      raw: mergedProfile(provider, bare),
    })
  })

  test('has a documented token answer that can be used', () => {
    const tokenResponse = responseOf(readFixture(slug).tokenResponse)
    const answer = provider.hooks?.tokenResponse?.(tokenResponse) ?? tokenResponse

    const { protocol } = provider
    if (protocol === 'openid2' || protocol === 'header-jwt' || (typeof protocol !== 'string' && !protocol.tokens)) {
      expect(answer).toEqual({})
    } else if (provider.protocol === 'oauth1') {
      expect(answer).toMatchObject({ oauth_token: expect.any(String), oauth_token_secret: expect.any(String) })
    } else {
      const { accessToken, scope, idToken } = readTokenResponse(answer, {
        now,
        requestedScope: provider.scope,
        defaultTokenType: provider.defaultTokenType,
      })
      expect(accessToken).toBe('example-access-token')
      expect(scope ?? '').not.toContain(',')
      expect(idToken !== undefined).toBe(provider.protocol === 'oidc')
    }
  })
})

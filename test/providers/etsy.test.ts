import { describe, expect, test } from '@jest/globals'
import etsy from '../../providers/etsy.js'
import { client, facts, publicClient, tokens } from './quirks.js'

describe('Etsy', () => {
  function userAddress(accessToken: string): string | undefined {
    const user = etsy.extraRequests?.['user']
    return typeof user === 'function' ? user({}, facts({ response: { access_token: accessToken } })) : user
  }

  test('is asked for the person whose id stands before the dot of the access token', () => {
    expect(userAddress('97293513.O1zLuwve.and.more')).toBe('https://openapi.etsy.com/v3/application/users/97293513')
  })

  test("is asked for no other address than a user's, whatever the token", () => {
    expect(userAddress('1/../shops?x')).toBe('https://openapi.etsy.com/v3/application/users/1%2F')
  })

  test.each([
    ['with its secret', client, 'example-client:example-client-secret'],
    ['without a secret', publicClient, 'example-client'],
  ])('is told of the application %s in a header beside those that there are', (_case, asking, key) => {
    const request = { method: 'GET', url: 'https://openapi.etsy.com/v3/application/shops', headers: { accept: 'application/json' } }

    expect(etsy.hooks?.apiRequest?.(request, tokens, asking).headers).toEqual({ accept: 'application/json', 'x-api-key': key })
  })
})

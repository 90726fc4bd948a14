import { describe, expect, test } from '@jest/globals'
import type { ApiRequest, Client } from '../../lib/types.js'
import facebook from '../../providers/facebook.js'
import { client, publicClient, quirksOf, tokens } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('facebook', facebook)

describe('Facebook', () => {
  test('does not vouch for an address, though a claim does', () => {
    const user = changedUser({ verified: true, email_verified: true })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('says nothing of an address that is not there', () => {
    const user = changedUser({ email: undefined })

    expect(user).not.toHaveProperty('email')
    expect(user).not.toHaveProperty('emailVerified')
  })

  test('is asked for scopes that are separated by commas', () => {
    expect(authorizationParameters()['scope']).toBe('public_profile,email')
  })

  describe('a request to Facebook', () => {
    const request = { method: 'GET', url: 'https://graph.facebook.com/v24.0/me?fields=id%2Cname', headers: {} }
    const sent = (asking: Client): ApiRequest | undefined => facebook.hooks?.apiRequest?.(request, tokens, asking)

    test('proves that it comes from the application', () => {
      // Computed by openssl dgst -sha256 -hmac example-client-secret.
      const proof = '8113beadcaefb56f8d59cbb6942b40084d1d7e3b28b8e5d80e2a74fe7ce8af33'

      expect(sent(client)).toEqual({ ...request, url: `${request.url}&appsecret_proof=${proof}` })
    })

    test('of a client without a secret stays as it is', () => {
      expect(sent(publicClient)).toEqual(request)
    })
  })
})

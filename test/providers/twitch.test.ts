import { describe, expect, test } from '@jest/globals'
import twitch from '../../providers/twitch.js'
import { publicClient, quirksOf, tokens } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('twitch', twitch)

describe('Twitch', () => {
  const repaired = (body: Record<string, unknown>): unknown => twitch.hooks?.tokenResponse?.(body)

  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is told the application in the header client-id of each call', () => {
    const request = { method: 'GET', url: 'https://api.example.com/things', headers: { accept: 'application/json' } }

    expect(twitch.hooks?.apiRequest?.(request, tokens, publicClient)).toEqual({
      ...request,
      headers: { ...request.headers, 'client-id': 'example-client' },
    })
  })

  test('gives a list of scopes as text', () => {
    expect(repaired({ access_token: 'the-token', scope: ['openid', 'user:read:email'] })).toEqual({
      access_token: 'the-token',
      scope: 'openid user:read:email',
    })
  })

  test.each([{ access_token: 'the-token' }, { status: 400, message: 'Invalid authorization code' }])(
    'leaves the answer %j as it is',
    (body) => {
      expect(repaired(body)).toEqual(body)
    },
  )

  test('is asked for the claims that it gives only then', () => {
    const asked: unknown = JSON.parse(authorizationParameters()['claims'] ?? '')
    const claims = { email: null, email_verified: null, picture: null, preferred_username: null }

    expect(asked).toEqual({ id_token: claims, userinfo: claims })
  })
})

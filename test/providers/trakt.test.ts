import { describe, expect, test } from '@jest/globals'
import trakt from '../../providers/trakt.js'
import { publicClient, quirksOf, tokens } from './quirks.js'

const { changedUser, fixture } = quirksOf('trakt', trakt)

describe('Trakt', () => {
  const { user } = fixture.userinfo ?? {}

  test('names the person by what stays when the username changes', () => {
    const renamed = { ...(user as object), username: 'lovelace', ids: { slug: 'lovelace', uuid: 'the-uuid' } }

    expect(changedUser({ user: renamed })).toMatchObject({
      id: 'the-uuid',
      username: 'lovelace',
      profileUrl: 'https://trakt.tv/users/lovelace',
    })
  })

  test('links no page without a slug', () => {
    expect(changedUser({ user: { ids: { uuid: 'the-uuid' } } })).not.toHaveProperty('profileUrl')
  })

  test.each([undefined, null, { ids: null }])('signs nobody in with the user %j', (nobody) => {
    expect(() => changedUser({ user: nobody })).toThrow('no usable id')
  })

  test('is told the application in the header trakt-api-key of each call', () => {
    const request = { method: 'GET', url: 'https://api.example.com/things', headers: { accept: 'application/json' } }

    expect(trakt.hooks?.apiRequest?.(request, tokens, publicClient)).toEqual({
      ...request,
      headers: { ...request.headers, 'trakt-api-key': 'example-client' },
    })
  })
})

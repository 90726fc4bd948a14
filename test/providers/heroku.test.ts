import { describe, expect, test } from '@jest/globals'
import heroku from '../../providers/heroku.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('heroku', heroku)

describe('Heroku', () => {
  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('gets the header that it insists on', () => {
    expect(heroku.apiHeaders).toEqual({ accept: 'application/vnd.heroku+json; version=3' })
  })
})

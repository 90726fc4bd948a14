import { describe, expect, test } from '@jest/globals'
import musicbrainz from '../../providers/musicbrainz.js'
import { quirksOf } from './quirks.js'
import { registered } from './registered.js'

const { changedUser } = quirksOf('musicbrainz', musicbrainz)

describe('MusicBrainz', () => {
  test('is told which application asks, in its own words', () => {
    const userAgent = 'Example/1.0 ( mail@example.com )'

    expect(registered('musicbrainz', musicbrainz, { userAgent })?.apiHeaders).toEqual({ 'user-agent': userAgent })
    expect(registered('musicbrainz', musicbrainz)?.apiHeaders?.['user-agent']).toContain('authrouter')
  })

  test("names the person by the number, which no change of the account's name touches", () => {
    expect(changedUser({ sub: 'ada lovelace' })).toMatchObject({ id: '84728', username: 'ada lovelace' })
  })
})

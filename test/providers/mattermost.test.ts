import { describe, expect, test } from '@jest/globals'
import mattermost from '../../providers/mattermost.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('mattermost', mattermost)

describe('Mattermost', () => {
  test.each([
    ["the browser's", { useAutomaticTimezone: 'true' }, 'Europe/London'],
    ['the one that the person chose', { useAutomaticTimezone: 'false' }, 'Asia/Tokyo'],
  ])('gives %s as the time zone', (_case, choice, zoneinfo) => {
    const timezone = { automaticTimezone: 'Europe/London', manualTimezone: 'Asia/Tokyo', ...choice }

    expect(changedUser({ timezone })).toMatchObject({ zoneinfo })
  })

  test('knows no time zone where it is not told', () => {
    expect(changedUser({ timezone: undefined })).not.toHaveProperty('zoneinfo')
  })

  test('does not vouch for an address that is not confirmed', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ emailVerified: false })
  })
})

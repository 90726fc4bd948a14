import { describe, expect, test } from '@jest/globals'
import zoho from '../../providers/zoho.js'
import { quirksOf } from './quirks.js'

const { addresses, authorizationParameters } = quirksOf('zoho', zoho)

describe('Zoho', () => {
  test('is asked for a refresh token in its own way, and only when one is wanted', () => {
    const expected = { scope: 'AaaServer.profile.READ', access_type: 'offline', prompt: 'consent' }

    expect(authorizationParameters({ offline: true })).toMatchObject(expected)
    expect(authorizationParameters()).not.toMatchObject(expected)
  })

  test.each([
    ['accounts.zoho.com', 'https://www.zohoapis.com/'],
    ['accounts.zoho.eu', 'https://www.zohoapis.eu/'],
    ['accounts.zoho.com.au', 'https://www.zohoapis.com.au/'],
    ['accounts.zohocloud.ca', 'https://www.zohoapis.ca/'],
  ])('at %s has its API at %s', (dc, api) => {
    expect(addresses({ dc })).toMatchObject({ tokenEndpoint: `https://${dc}/oauth/v2/token`, apiBaseUrl: api })
  })
})

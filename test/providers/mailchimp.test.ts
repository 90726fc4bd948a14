import { describe, expect, test } from '@jest/globals'
import { readTokenResponse } from '../../lib/tokens/tokens.js'
import type { RawProfile } from '../../lib/types.js'
import mailchimp from '../../providers/mailchimp.js'
import { now } from './fixtures.js'
import { quirksOf } from './quirks.js'

const { addresses, changedUser } = quirksOf('mailchimp', mailchimp)

describe('Mailchimp', () => {
  const endOf = (body: RawProfile): number | undefined =>
    readTokenResponse(mailchimp.hooks?.tokenResponse?.(body) ?? body, { now, defaultTokenType: 'Bearer' }).expiresAt

  test('gives tokens without an end', () => {
    expect(endOf({ access_token: 'a', expires_in: 0 })).toBeUndefined()
    expect(endOf({ access_token: 'a', expires_in: 60 })).toBe(now / 1000 + 60)
  })

  test('names the person by the login, not by the account that several share', () => {
    expect(changedUser({ user_id: 1 })).toMatchObject({ id: '286967' })
  })

  test('has its API at the data centre', () => {
    expect(addresses({ dataCenter: 'us6' })['apiBaseUrl']).toBe('https://us6.api.mailchimp.com/3.0/')
  })
})

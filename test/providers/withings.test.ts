import { describe, expect, test } from '@jest/globals'
import withings from '../../providers/withings.js'

describe('Withings', () => {
  const repaired = withings.hooks?.tokenResponse

  test('gives its tokens in the body of an answer', () => {
    expect(repaired?.({ status: 0, body: { access_token: 'example-access-token', userid: '363' } })).toEqual({
      access_token: 'example-access-token',
      userid: '363',
    })
  })

  test('refuses by a status within an answer', () => {
    expect(repaired?.({ status: 503, body: {}, error: 'Invalid Params' })).toEqual({ error: 503 })
  })
})

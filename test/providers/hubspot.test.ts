import { describe, expect, test } from '@jest/globals'
import hubspot from '../../providers/hubspot.js'
import { mergedProfile } from './fixtures.js'
import { client, quirksOf, requestParameters } from './quirks.js'

const { fixture } = quirksOf('hubspot', hubspot)

describe('HubSpot', () => {
  test('is asked about the token by the client itself, in a form', () => {
    expect(hubspot.userinfoForm).toBeInstanceOf(Function)
    expect(requestParameters(hubspot.userinfoForm, { client })).toEqual({
      client_id: 'example-client',
      client_secret: 'example-client-secret',
      token_type_hint: 'access_token',
    })
  })

  test('leaves the token, which its answer repeats, out of the profile', () => {
    const profile = mergedProfile(hubspot, fixture)

    expect(fixture.userinfo).toHaveProperty('token')
    expect(profile).not.toHaveProperty('token')
    expect(profile).not.toHaveProperty('signed_access_token')
    expect(profile).toMatchObject({ user_id: 123, hub_id: 57815 })
  })
})

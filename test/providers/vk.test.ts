import { describe, expect, test } from '@jest/globals'
import type { Client } from '../../lib/types.js'
import vk from '../../providers/vk.js'
import { quirksOf, requestParameters } from './quirks.js'

const { changedUser } = quirksOf('vk', vk)

describe('VK ID', () => {
  const form = { grant_type: 'authorization_code', code: 'the-code' }
  const callback = { device_id: 'the-device', state: 'the-state' }
  const sent = (asking: Partial<Client>): unknown =>
    vk.hooks?.tokenRequest?.(form, { client: { clientId: 'example-client', ...asking }, callback })

  test('does not vouch for an address, though a claim does', () => {
    const user = changedUser({ user: { user_id: '1', email: 'ada@example.com', verified: true } })

    expect(user).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is told the device and the state of the callback', () => {
    expect(vk.callbackParameters).toEqual(['device_id', 'state'])
    expect(sent({})).toEqual({ ...form, ...callback })
  })

  test('is shown the service token of a confidential application, and nothing of another', () => {
    expect(sent({ parameters: { serviceToken: 'a-token' } })).toEqual({ ...form, ...callback, service_token: 'a-token' })
    expect(sent({ parameters: { serviceToken: '' } })).not.toHaveProperty('service_token')
  })

  test('gives no refresh token that could not be used', () => {
    const answer = { access_token: 'example-access-token', refresh_token: 'example-refresh-token', token_type: 'Bearer' }

    expect(vk.hooks?.tokenResponse?.(answer)).toEqual({ access_token: 'example-access-token', token_type: 'Bearer' })
  })

  test('is told the client when it is asked for the person', () => {
    expect(requestParameters(vk.userinfoForm)).toEqual({ client_id: 'example-client' })
  })

  test.each([
    [1, 'female'],
    [2, 'male'],
    [0, undefined],
    [undefined, undefined],
  ])('says by the number %j that the gender is %j', (sex, gender) => {
    expect(changedUser({ user: { user_id: '1', sex } }).gender).toBe(gender)
  })

  test.each([
    ['10.12.1990', '1990-12-10'],
    ['10.12', undefined],
    ['', undefined],
    [null, undefined],
  ])('says by %j that the birthdate is %j', (birthday, birthdate) => {
    expect(changedUser({ user: { user_id: '1', birthday } }).birthdate).toBe(birthdate)
  })
})

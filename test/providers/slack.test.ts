import { describe, expect, test } from '@jest/globals'
import slack from '../../providers/slack.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('slack', slack)

describe('Slack', () => {
  const team = 'https://slack.com/team_id'

  test('does not vouch for an address that is not verified', () => {
    expect(changedUser({ email_verified: false })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('names the same user id of two workspaces differently', () => {
    expect(changedUser({})).toMatchObject({ id: 'T4P2XU-U6U5YQ' })
    expect(changedUser({ [team]: 'T9' })).toMatchObject({ id: 'T9-U6U5YQ' })
  })

  test.each([{ [team]: undefined }, { sub: 7 }])('signs nobody in who has half an id: with %j', (changes) => {
    expect(() => changedUser(changes)).toThrow('no usable id')
  })

  test('is asked without PKCE, which is for its public clients', () => {
    expect(authorizationParameters()).not.toHaveProperty('code_challenge')
    expect(authorizationParameters()).toHaveProperty('nonce')
  })
})

import { describe, expect, test } from '@jest/globals'
import slackV2 from '../../providers/slack-v2.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('slack-v2', slackV2)

describe("Slack's OAuth v2", () => {
  test('names the same user id of two workspaces differently', () => {
    expect(changedUser({})).toMatchObject({ id: 'T4P2XU-U6U5YQ' })
    expect(changedUser({ team: { id: 'T9' } })).toMatchObject({ id: 'T9-U6U5YQ' })
  })

  test.each([{ team: null }, { team: {} }, { user: undefined }])('signs nobody in who has half an id: with %j', (changes) => {
    expect(() => changedUser(changes)).toThrow('no usable id')
  })

  test('is asked without PKCE, which is for its public clients', () => {
    expect(authorizationParameters()).not.toHaveProperty('code_challenge')
  })

  test('is asked for scopes of the person, not of a bot', () => {
    const parameters = authorizationParameters()

    expect(parameters).toMatchObject({ user_scope: 'identity.basic,identity.email,identity.avatar' })
    expect(parameters).not.toHaveProperty('scope')
  })

  describe("a token answer of Slack's OAuth v2", () => {
    const repaired = (body: Record<string, unknown>): unknown => slackV2.hooks?.tokenResponse?.(body)

    test("gives the person's token, not the bot's", () => {
      const bot = { access_token: 'the-bot-token', token_type: 'bot', scope: 'commands' }
      const person = { id: 'U6U5YQ', access_token: 'the-token', token_type: 'user', scope: 'identity.basic' }

      expect(repaired({ ok: true, ...bot, authed_user: person })).toMatchObject({
        access_token: 'the-token',
        token_type: 'Bearer',
        scope: 'identity.basic',
      })
    })

    test('of a refresh gives the token that stands at the top', () => {
      expect(repaired({ ok: true, access_token: 'the-token', refresh_token: 'the-next', token_type: 'user' })).toEqual({
        ok: true,
        access_token: 'the-token',
        refresh_token: 'the-next',
        token_type: 'Bearer',
      })
    })

    test('that is an error stays one', () => {
      expect(repaired({ ok: false, error: 'invalid_code' })).toMatchObject({ error: 'invalid_code' })
      expect(repaired({ ok: false, error: 'invalid_code' })).not.toHaveProperty('access_token')
    })
  })
})

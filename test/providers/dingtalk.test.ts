import { describe, expect, test } from '@jest/globals'
import dingtalk from '../../providers/dingtalk.js'
import { client, facts, quirksOf } from './quirks.js'

const { changedUser } = quirksOf('dingtalk', dingtalk)

describe('DingTalk', () => {
  const { tokenRequest, tokenResponse } = dingtalk.hooks ?? {}

  test('does not vouch for an address, though a claim does', () => {
    expect(changedUser({ email_verified: true })).toMatchObject({ email: 'ada@example.com', emailVerified: false })
  })

  test('is told the code under its own names', () => {
    const form = { grant_type: 'authorization_code', code: 'the-code', redirect_uri: 'https://app.example/callback' }

    expect(tokenRequest?.(form, facts({ client }))).toEqual({
      ...form,
      grantType: 'authorization_code',
      clientId: 'example-client',
      clientSecret: 'example-client-secret',
    })
  })

  test('is told the refresh token under its own names', () => {
    expect(tokenRequest?.({ grant_type: 'refresh_token', refresh_token: 'the-refresh-token' }, facts({ client }))).toEqual({
      grant_type: 'refresh_token',
      grantType: 'refresh_token',
      refreshToken: 'the-refresh-token',
      clientId: 'example-client',
      clientSecret: 'example-client-secret',
    })
  })

  test('has its token answer put into the words of OAuth', () => {
    expect(tokenResponse?.({ accessToken: 'a', refreshToken: 'r', expireIn: 7200, corpId: 'c' })).toEqual({
      access_token: 'a',
      refresh_token: 'r',
      expires_in: 7200,
      corpId: 'c',
    })
  })

  test('names the person by the id that is the same for all applications of a developer', () => {
    expect(changedUser({ openId: 'another' })).toMatchObject({ id: 'k87MwBnrUwtf0Mfazr' })
  })
})

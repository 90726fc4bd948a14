import { describe, expect, test } from '@jest/globals'
import wechat from '../../providers/wechat.js'
import { quirksOf, requestParameters } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('wechat', wechat)

describe('WeChat', () => {
  test('is asked with its parameters in the order that it checks', () => {
    const names = Object.keys(authorizationParameters())

    expect(names.slice(0, 5)).toEqual(['appid', 'redirect_uri', 'response_type', 'scope', 'state'])
  })

  test('is asked for the person whom the token answer names', () => {
    expect(requestParameters(wechat.userinfoQuery, { response: { openid: 'the-openid' } })).toEqual({ openid: 'the-openid', lang: 'en' })
  })

  test('names the person by the unionid, and never by an openid in its place', () => {
    expect(changedUser({ openid: 'the-openid', unionid: 'the-unionid' })).toMatchObject({ id: 'the-unionid' })
    expect(() => changedUser({ unionid: undefined })).toThrow('no usable id')
  })
})

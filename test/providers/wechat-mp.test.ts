import { describe, expect, test } from '@jest/globals'
import wechatMp from '../../providers/wechat-mp.js'
import { quirksOf, requestParameters } from './quirks.js'

const { authorizationParameters, changedUser } = quirksOf('wechat-mp', wechatMp)

describe('WeChat within WeChat', () => {
  test('is asked with its parameters in the order that it checks', () => {
    const names = Object.keys(authorizationParameters())

    expect(names.slice(0, 5)).toEqual(['appid', 'redirect_uri', 'response_type', 'scope', 'state'])
  })

  test('is asked for the person whom the token answer names', () => {
    expect(requestParameters(wechatMp.userinfoQuery, { response: { openid: 'the-openid' } })).toEqual({ openid: 'the-openid', lang: 'en' })
  })

  test('names the person by the openid, whether there is a unionid or not', () => {
    expect(changedUser({ unionid: undefined })).toMatchObject({ id: 'iANNC0emZNK9mzZPx2QnfHnbAFPB' })
  })
})

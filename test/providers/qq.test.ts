import { describe, expect, test } from '@jest/globals'
import qq from '../../providers/qq.js'
import { client, facts, quirksOf, requestParameters, tokens } from './quirks.js'

const { changedUser } = quirksOf('qq', qq)

describe('QQ', () => {
  const login = facts({ client, response: { openid: 'EXAMPLEOPENID' } })

  test('is asked for the person whom the token answer names', () => {
    expect(requestParameters(qq.userinfoQuery, login)).toEqual({ oauth_consumer_key: 'example-client', openid: 'EXAMPLEOPENID' })
  })

  test('never has another id than the token answer, whatever the profile says', () => {
    const profile = { nickname: 'Ada', openid: 'ANOTHER' }

    expect(qq.hooks?.userinfo?.(profile, tokens, login)).toEqual({ nickname: 'Ada', openid: 'EXAMPLEOPENID' })
  })

  test('names pictures by plain http, by https, or not at all', () => {
    const picture = 'https://thirdqq.qlogo.cn/1/100'

    expect(changedUser({ figureurl_qq_2: 'http://thirdqq.qlogo.cn/1/100' })).toMatchObject({ picture })
    expect(changedUser({ figureurl_qq_2: picture })).toMatchObject({ picture })
    expect(changedUser({ figureurl_qq_2: undefined })).not.toHaveProperty('picture')
  })

  test('writes a man as 男, and nothing else counts', () => {
    expect(changedUser({ gender: '男' })).toMatchObject({ gender: 'male' })
    expect(changedUser({ gender: '' })).not.toHaveProperty('gender')
  })

  test('gives region and city, where it knows them', () => {
    const address = { region: '广东', locality: '深圳' }

    expect(changedUser({ province: '广东', city: '深圳' })).toMatchObject({ address })
    expect(changedUser({ province: '', city: '' })).not.toHaveProperty('address')
  })
})

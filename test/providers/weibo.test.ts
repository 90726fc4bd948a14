import { describe, expect, test } from '@jest/globals'
import weibo from '../../providers/weibo.js'
import { quirksOf, requestParameters } from './quirks.js'

const { changedUser } = quirksOf('weibo', weibo)

describe('Weibo', () => {
  test('is asked for the person whom the token answer names', () => {
    expect(requestParameters(weibo.userinfoQuery, { response: { uid: '6804598970' } })).toEqual({ uid: '6804598970' })
  })

  test.each([
    ['f', 'female'],
    ['m', 'male'],
    ['n', undefined],
  ])('says by %j that the gender is %j', (gender, expected) => {
    expect(changedUser({ gender }).gender).toBe(expected)
  })

  test('gives the address of a person on its host, and none of a person without', () => {
    expect(changedUser({ profile_url: 'ada' })).toMatchObject({ profileUrl: 'https://weibo.com/ada' })
    expect(changedUser({ profile_url: undefined })).not.toHaveProperty('profileUrl')
  })
})

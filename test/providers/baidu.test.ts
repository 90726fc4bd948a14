import { describe, expect, test } from '@jest/globals'
import baidu from '../../providers/baidu.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('baidu', baidu)

describe('Baidu', () => {
  test.each([
    [{ portrait: 'd3f3' }, 'https://tb.himg.baidu.com/sys/portrait/item/d3f3'],
    [{ portrait: undefined }, undefined],
    [{ portrait: 7 }, undefined],
  ])('makes a picture of a part of its address: with %j %s', (changes, picture) => {
    expect(changedUser(changes).picture).toBe(picture)
  })

  test('names the person by the openid, not by the userid that is on its way out', () => {
    expect(changedUser({ userid: '1', uid: '2' })).toMatchObject({ id: 'oPXyY4O0ZTmUqSX4MRxYDDCccT6Kc9A' })
    expect(() => changedUser({ openid: undefined })).toThrow('no usable id')
  })
})

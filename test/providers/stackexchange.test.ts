import { describe, expect, test } from '@jest/globals'
import stackexchange from '../../providers/stackexchange.js'
import { publicClient, quirksOf, tokens } from './quirks.js'

const { changedUser } = quirksOf('stackexchange', stackexchange)

describe('Stack Exchange', () => {
  test('is told the application in each call', () => {
    const request = { method: 'GET', url: 'https://api.stackexchange.com/2.3/me?site=stackoverflow', headers: {} }
    const asking = { ...publicClient, parameters: { appKey: 'the key' } }

    expect(stackexchange.hooks?.apiRequest?.(request, tokens, asking)).toEqual({ ...request, url: `${request.url}&key=the+key` })
  })

  test('gives a lifetime under a name of its own', () => {
    expect(stackexchange.hooks?.tokenResponse?.({ access_token: 'the-token', expires: 86400 })).toEqual({
      access_token: 'the-token',
      expires_in: 86400,
    })
  })

  test('encodes names for HTML', () => {
    expect(changedUser({ items: [{ account_id: 1, display_name: '&lt;Ada&gt; O&#39;Example &amp; &eacute;' }] })).toMatchObject({
      name: "<Ada> O'Example & &eacute;",
    })
  })

  test.each([[undefined], [[]], ['Ada']])('signs nobody in with the list %j', (items) => {
    expect(() => changedUser({ items })).toThrow('no usable id')
  })
})

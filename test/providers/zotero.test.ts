import { describe, expect, test } from '@jest/globals'
import zotero from '../../providers/zotero.js'
import { publicClient } from './quirks.js'

describe('Zotero', () => {
  test("gets the token's secret as the key of its API", () => {
    const request = { method: 'GET', url: 'https://api.zotero.org/users/935788/items', headers: { accept: 'application/json' } }
    const signedIn = { accessToken: 'example-access-token', tokenType: 'OAuth', tokenSecret: 'example-token-secret' }

    expect(zotero.hooks?.apiRequest?.(request, signedIn, publicClient)).toEqual({
      ...request,
      headers: { accept: 'application/json', 'zotero-api-key': 'example-token-secret' },
    })
  })
})

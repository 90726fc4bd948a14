import { describe, expect, test } from '@jest/globals'
import type { Client } from '../../lib/types.js'
import disqus from '../../providers/disqus.js'
import { client, publicClient, quirksOf, tokens } from './quirks.js'

const { authorizationParameters } = quirksOf('disqus', disqus)

describe('Disqus', () => {
  test('is asked for scopes that are separated by commas', () => {
    expect(authorizationParameters()['scope']).toBe('read,email')
  })

  describe('a request to Disqus', () => {
    const url = 'https://disqus.com/api/3.0/users/details.json'
    const sent = (asked: string, asking: Client): string | undefined =>
      disqus.hooks?.apiRequest?.({ method: 'GET', url: asked, headers: {} }, tokens, asking).url

    test('names the application and proves it', () => {
      expect(sent(url, client)).toBe(`${url}?api_key=example-client&api_secret=example-client-secret`)
    })

    test('of a client without a secret names it only, and keeps the query', () => {
      expect(sent(`${url}?user=1`, publicClient)).toBe(`${url}?user=1&api_key=example-client`)
    })
  })
})

import { describe, expect, test } from '@jest/globals'
import { createTokenMemory } from '../../testing/oauth1Tokens.js'

describe('the memory of tokens', () => {
  test('keeps the newest 10,000 of each kind', () => {
    const memory = createTokenMemory(() => 0)
    const issue = (): [string, string] => {
      const requestToken = memory.issueRequestToken('client', 'oob')
      const access = memory.exchange(requestToken, memory.approve(requestToken, 'ada-id'))
      return [memory.issueRequestToken('client', 'oob').token, access?.token ?? '']
    }
    const [first, second] = [issue(), issue()]
    for (let count = 0; count < 9_999; count += 1) issue()
    expect([memory.findRequestToken(first[0]), memory.findAccessToken(first[1])]).toEqual([undefined, undefined])
    expect([memory.findRequestToken(second[0])?.token, memory.findAccessToken(second[1])?.token]).toEqual(second)
  })
})

import { describe, expect, test } from '@jest/globals'
import basecamp from '../../providers/basecamp.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters } = quirksOf('basecamp', basecamp)

describe('Basecamp', () => {
  test('is asked with parameters of its own', () => {
    expect(authorizationParameters()).toMatchObject({ type: 'web_server', response_type: 'code' })
  })

  test('has no scopes to ask for, and is sent none', () => {
    expect(authorizationParameters()).not.toHaveProperty('scope')
  })

  test('tells a refresh from a sign-in by a type', () => {
    expect(basecamp).toMatchObject({ tokenParams: { type: 'web_server' }, refreshParams: { type: 'refresh' } })
  })
})

import { describe, expect, test } from '@jest/globals'
import clickup from '../../providers/clickup.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters } = quirksOf('clickup', clickup)

describe('ClickUp', () => {
  test('has no scopes to ask for, and is sent none', () => {
    expect(authorizationParameters()).not.toHaveProperty('scope')
  })
})

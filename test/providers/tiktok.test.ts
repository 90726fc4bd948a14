import { describe, expect, test } from '@jest/globals'
import tiktok from '../../providers/tiktok.js'
import { quirksOf } from './quirks.js'

const { authorizationParameters } = quirksOf('tiktok', tiktok)

describe('TikTok', () => {
  test('is told the client under its own name', () => {
    const parameters = authorizationParameters()

    expect(parameters).toMatchObject({ client_key: 'example-client' })
    expect(parameters).not.toHaveProperty('client_id')
  })
})

import { describe, expect, test } from '@jest/globals'
import harvest from '../../providers/harvest.js'

describe('Harvest', () => {
  test('gets the header that it insists on', () => {
    expect(harvest.apiHeaders).toEqual({ 'user-agent': '{userAgent}' })
  })
})

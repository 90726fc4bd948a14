import { describe, expect, test } from '@jest/globals'
import pipedrive from '../../providers/pipedrive.js'
import { quirksOf } from './quirks.js'

const { changedUser } = quirksOf('pipedrive', pipedrive)

describe('Pipedrive', () => {
  test('knows one person by two numbers, and without both by none', () => {
    expect(changedUser({ data: { id: 1, company_id: 23 } })).toMatchObject({ id: '23-1' })
    for (const data of [{ id: 1 }, { company_id: 23 }, undefined]) {
      expect(() => changedUser({ data })).toThrow('no usable id')
    }
  })
})

import { expect, test } from '@jest/globals'
import { readRecord } from '../../../middleware/core/sessionRecord.js'

const account = (key: string, more: object = {}): object => ({
  binding: 'whose',
  user: { id: '1', key, provider: 'corp', raw: {} },
  ...more,
})
const record = (more: object = {}): Record<string, unknown> => ({
  version: 2,
  salt: 'salt',
  loginKey: 'corp$1',
  current: 'corp$2',
  accounts: { corp$1: account('corp$1'), corp$2: account('corp$2') },
  finished: [],
  createdAt: 0,
  ...more,
})

test('A record comes back as it was', () => {
  expect(readRecord(record({ expiresAt: 7 }))).toEqual(record({ expiresAt: 7 }))
})

test('A record of the version before keeps its user: one account of each slug, and the public URL by its former name', () => {
  const former = {
    ...record(),
    version: 1,
    current: 'corp',
    accounts: { corp: account('corp$1', { place: 'digest' }), plain: account('plain$1') },
  }
  expect(readRecord(former)).toEqual({
    ...record(),
    current: 'corp$1',
    accounts: { corp$1: account('corp$1', { publicUrl: 'digest' }), plain$1: account('plain$1') },
  })
})

test.each([
  ['a later version', record({ version: 3 })],
  ['a current account that is not there', record({ current: 'corp$3' })],
  ['a login whose account is not there', record({ loginKey: 'corp$3' })],
  ['a current account that is not whole', record({ accounts: { corp$1: account('corp$1'), corp$2: { user: {} } } })],
  ['no accounts', record({ accounts: undefined })],
  ['a version before without accounts', { ...record(), version: 1, accounts: undefined }],
  ['a version before with an inherited name for a slug', { ...record(), version: 1, current: 'constructor', accounts: {} }],
  ['a list', []],
  ['nothing', undefined],
])('A record with %s is nobody', (_what, value) => {
  expect(readRecord(value)).toBeUndefined()
})

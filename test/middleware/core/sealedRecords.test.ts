import { expect, test } from '@jest/globals'
import { createSealer } from '../../../lib/base/seal.js'
import { memoryTokenStore } from '../../../lib/stores/memory.js'
import type { TokenStore } from '../../../lib/stores/tokenStore.js'
import { sealedRecords, type SealedRecords } from '../../../middleware/core/sealedRecords.js'

const sealer = createSealer(['a secret of the tests, long enough to seal'], 'app')

/** The records as one process has them. */
function processOf(store: TokenStore): SealedRecords {
  return sealedRecords({ store, sealer, appId: 'app', lifetime: () => 60 })('sessions')
}

const append =
  (item: number) =>
  (value: unknown): unknown => [...(Array.isArray(value) ? (value as number[]) : []), item]

/** A store that other processes are always quick to answer and slow to write to. */
function slowStore(): { store: TokenStore; writes: () => number } {
  const inner = memoryTokenStore()
  let writes = 0
  return {
    writes: () => writes,
    store: {
      ...inner,
      async set(...call) {
        writes++
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
        return inner.set(...call)
      },
    },
  }
}

test('A hundred changes of four processes at once are all made, and those of one process are written together', async () => {
  const { store, writes } = slowStore()
  const processes = Array.from({ length: 4 }, () => processOf(store))
  await Promise.all(
    processes.flatMap((records, number) =>
      Array.from({ length: 25 }, (_none, index) => records.change('list', append(4 * index + number))),
    ),
  )
  const list = await processOf(store).read('list')
  expect([...(list as number[])].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_none, index) => index))
  expect(writes()).toBeLessThan(100)
})

test('A change that throws is refused, and those beside it are made', async () => {
  const records = processOf(memoryTokenStore())
  const refused = records.change('list', () => {
    throw new Error('no')
  })
  await Promise.all([expect(refused).rejects.toThrow('no'), records.change('list', append(1)), records.change('list', append(2))])
  expect(await records.read('list')).toEqual([1, 2])
})

test('A store that fails refuses the changes that wait, and takes the next ones when it is back', async () => {
  const store = memoryTokenStore()
  const { set } = store
  store.set = () => Promise.reject(new Error('down'))
  const records = processOf(store)
  const both = [records.change('list', append(1)), records.change('list', append(2))]
  for (const change of both) await expect(change).rejects.toMatchObject({ code: 'store_unavailable' })
  store.set = set
  await records.change('list', append(3))
  expect(await records.read('list')).toEqual([3])
})

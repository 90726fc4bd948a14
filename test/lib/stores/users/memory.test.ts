import { describe, test } from '@jest/globals'
import { memoryUserStore } from '../../../../lib/stores/index.js'
import { userStoreContract } from '../../../../testing/index.js'

const store = memoryUserStore()

describe('memoryUserStore keeps the contract:', () => {
  test.each(userStoreContract)('$name', async ({ run }) => {
    await run(store, store)
  })
})
